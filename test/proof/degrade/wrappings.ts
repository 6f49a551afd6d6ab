import type { Dice } from '../symbolic/dice.ts';

/** What programs put around each line of a text; nothing is lost by it. */
export const WRAPPINGS: Readonly<Record<string, (lines: readonly string[], dice: Dice) => readonly string[]>> = {
  none: (lines) => lines,
  'cat -n': (lines) => lines.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`),
  quoted: (lines) => lines.map((line) => `> ${line}`),
  indented: (lines) => lines.map((line) => `    ${line}`),
  'kubectl --prefix': (lines) => lines.map((line) => `[pod/web-6f7c9d-x2x4z/istio-init] ${line}`),
  stern: (lines) => lines.map((line) => `web-6f7c9d-x2x4z istio-init ${line}`),
  cri: (lines) => lines.map((line) => `2025-02-03T10:00:00.000000001Z stdout F ${line}`),
  timestamps: (lines) => lines.map((line, at) => `2025-02-03T10:00:00.${String(at).padStart(6, '0')}Z ${line}`),
  'trailing spaces': (lines) => lines.map((line) => `${line}  `),
  crlf: (lines) => lines.map((line) => `${line}\r`),
  fenced: (lines) => ['```', ...lines, '```'],
  prompt: (lines, dice) => [
    dice.pick(['root@web:/# cat rules', '$ sudo sh look.sh', '# ./look']),
    ...lines,
    'root@web:/# ',
  ],
};

/** What rewrites the lines themselves, so that the text may no longer say what it did. */
export const REWRITINGS: Readonly<Record<string, (lines: readonly string[], dice: Dice) => readonly string[]>> = {
  none: (lines) => lines,
  'tr -s': (lines) => lines.map((line) => line.replace(/ +/g, ' ')),
  'cut -c1-': (lines, dice) => {
    const width = dice.pick([60, 72, 80, 100, 120]);
    return lines.map((line) => line.slice(0, width));
  },
  fold: (lines, dice) => {
    const width = dice.pick([72, 80, 100]);
    return lines.flatMap((line) => (line === '' ? [''] : (line.match(new RegExp(`.{1,${width}}`, 'g')) ?? [])));
  },
  'without counters': (lines) => lines.map((line) => line.replace(/^ *\d+[KMG]? +\d+[KMG]? (?=\S)/, '')),
  'en dashes': (lines) => lines.map((line) => line.replaceAll('--', '\u2013')),
  'no-break spaces': (lines) => lines.map((line) => line.replaceAll(' ', '\u00a0')),
};
