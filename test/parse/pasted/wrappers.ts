/** What somebody's tools do to a text, as their documentation says. */
export type Wrap = (lines: readonly string[]) => readonly string[];

const each =
  (wrap: (line: string, at: number) => string): Wrap =>
  (lines) =>
    lines.map(wrap);
const stamp = (at: number) => `2025-02-03T10:00:0${at % 10}.${String(123456789 + at).slice(0, 9)}Z`;
const clock = (at: number) => `10:0${at % 6}:0${at % 10}`;

/** Everything that wraps line by line, so that each line of the text is one of the wrapped text. */
export const LINE_BY_LINE: Readonly<Record<string, Wrap>> = {
  'kubectl logs --prefix': each((line) => `[pod/web-7d9f8b6c5-abcde/istio-init] ${line}`),
  'kubectl logs --timestamps': each((line, at) => `${stamp(at)} ${line}`),
  'kubectl logs --prefix --timestamps': each((line, at) => `[pod/web-0/istio-init] ${stamp(at)} ${line}`),
  'stern: pod and container': each((line) => `web-7d9f8b6c5-abcde istio-init ${line}`),
  'stern --timestamps': each((line, at) => `web-0 istio-validation ${stamp(at)} ${line}`),
  'stern --all-namespaces': each((line) => `shop web-0 istio-init ${line}`),
  'one word': each((line) => `istio-cni-node-x2x4z ${line}`),
  kubetail: each((line) => `[web-7d9f8b6c5-abcde istio-init] ${line}`),
  kail: each((line) => `shop/web-0[istio-init]: ${line}`),
  'docker compose': each((line) => `init-1  | ${line}`),
  CRI: each((line, at) => `${stamp(at)} stdout F ${line}`),
  'CRI with an offset': each((line, at) => `2025-02-03T10:00:0${at % 10}.123456789+01:00 stderr F ${line}`),
  'Docker JSON': each((line, at) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: stamp(at) })),
  'zap JSON, a record for a line': each((line, at) => JSON.stringify({ level: 'info', time: stamp(at), msg: line })),
  'zerolog JSON': each((line) => JSON.stringify({ level: 'info', time: 1738576800, message: line })),
  'a cloud’s JSON': each((line) => JSON.stringify({ textPayload: line, resource: { type: 'k8s_container' } })),
  'nested JSON': each((line) => JSON.stringify({ jsonPayload: { message: line }, severity: 'INFO' })),
  logfmt: each((line, at) => `time="${stamp(at)}" level=info msg=${JSON.stringify(line)}`),
  'logfmt without quotes around the time': each(
    (line, at) => `ts=${stamp(at)} level=info msg=${JSON.stringify(line)} ns=a`,
  ),
  journald: each((line, at) => `Nov 29 ${clock(at)} node-1 istio-cni[123]: ${line}`),
  'journald, short-iso': each((line, at) => `2025-11-29T${clock(at)}+0000 node-1 kubelet[7]: ${line}`),
  'syslog, one digit of a day': each((line, at) => `Feb  3 ${clock(at)} node-1 init: ${line}`),
  klog: each((line, at) => `I0203 ${clock(at)}.000000       1 iptables.go:12] ${line}`),
  'a dated log of Go': each((line, at) => `2025/02/03 ${clock(at)} ${line}`),
  mail: each((line) => `> ${line}`),
  'mail twice quoted': each((line) => `> > ${line}`),
  'mail without blanks': each((line) => `>${line}`),
  'cat -n': each((line, at) => `${String(at + 1).padStart(6)}\t${line}`),
  'cat -n, the tab as blanks': each((line, at) => `${String(at + 1).padStart(6)}  ${line}`),
  nl: each((line, at) => (line === '' ? '       ' : `${String(at + 1).padStart(6)}\t${line}`)),
  'less -N': each((line, at) => `${String(at + 1).padStart(7)} ${line}`),
  'grep -n of everything': each((line, at) => `${at + 1}:${line}`),
  'grep -n with the name of a file': each((line, at) => `rules.txt:${at + 1}:${line}`),
  'a frame': each((line) => `│ ${line.padEnd(400)} │`),
  'a heavy frame': each((line) => `┃${line.padEnd(400)}┃`),
  'a code block by indentation': each((line) => `    ${line}`),
  CRLF: each((line) => `${line}\r`),
  'a terminal’s line ends': each((line) => `${line}\r\r`),
  colours: each((line) => line.replaceAll('ISTIO', '\u001b[01;31m\u001b[KISTIO\u001b[m\u001b[K')),
  'colours whose ESC was lost': each((line) => line.replaceAll('ISTIO', '[01;31m[KISTIO[m[K')),
  'colours as cat -v shows them': each((line) => line.replaceAll('ISTIO', '^[[01;31m^[[KISTIO^[[m^[[K')),
  'no-break spaces': each((line) => line.replace(/ (?=[^"]*(?:"[^"]*"[^"]*)*$)/g, '\u00a0')),
  'a frame around what stern shows': each((line) => `│ web-0 istio-init ${line.padEnd(400)} │`),
  'CRI in a mail': each((line, at) => `> ${stamp(at)} stdout F ${line}`),
  'Docker JSON, numbered': each(
    (line, at) => `${String(at + 1).padStart(6)}\t${JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '' })}`,
  ),
};

/** Everything that makes one record of all lines. */
export const AS_ONE_RECORD: Readonly<Record<string, (text: string) => string>> = {
  'zap JSON': (text) => JSON.stringify({ level: 'info', time: stamp(0), scope: 'cni', msg: text, ns: 'shop' }),
  'slog JSON': (text) => JSON.stringify({ time: stamp(0), level: 'INFO', msg: text }),
  'zerolog JSON': (text) => JSON.stringify({ level: 'info', message: text, time: stamp(0) }),
  logfmt: (text) => `time=${stamp(0)} level=info msg=${JSON.stringify(text)} pod=web-0`,
};
