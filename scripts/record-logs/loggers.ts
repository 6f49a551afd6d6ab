import type { Ending } from './run.ts';

/** What a release of Istio prints while it hands rules over: as its logger writes it, of what the tool really said. */
export interface Logger {
  /** Before a restore: what is handed over, and the command. */
  readonly begin: (tool: string, text: string) => string[];
  /** What is said of how it ended. */
  readonly end: (tool: string, ending: Ending) => string[];
  /** A save behind it. */
  readonly state: (tool: string, save: string) => string[];
}

let seconds = 0;
/** A time stamp, a second later each. */
function time(): string {
  seconds += 1;
  return `2026-03-04T09:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}.100000Z`;
}

const KINDS = ['other', 'parameter', 'version', 'resource'];

/** The tool's words without its name, and behind a word for its exit status. */
function transformed({ status, stderr }: Ending): string {
  const kind = KINDS[status - 1];
  const said = stderr.slice(stderr.indexOf(':') + 1).trim();
  return kind === undefined ? stderr : `xtables ${kind} problem: ${said}`;
}

function failed({ status }: Ending): boolean {
  return status !== 0;
}

/** 1.5 to 1.9: no logger; a file with the rules, and a panic. */
const PRINTED: Logger = {
  begin: (tool, text) => [
    'Writing following contents to rules file:  /tmp/iptables-rules-1590592535343591764.txt532247932',
    text,
    `${tool}-restore --noflush /tmp/iptables-rules-1590592535343591764.txt532247932`,
  ],
  end: (_, ending) => [
    ...(ending.stderr === '' ? [] : [ending.stderr.trimEnd()]),
    ...(failed(ending) ? [`panic: exit status ${ending.status}`, '', 'goroutine 1 [running]:'] : []),
  ],
  state: (tool, save) => [`${tool}-save `, save.trimEnd()],
};

/** 1.12 to 1.24: records with a level, between tabs. */
const LOGGED: Logger = {
  begin: (tool, text) => [
    `${time()}\tinfo\tRunning ${tool}-restore with the following input:`,
    text,
    '',
    `${time()}\tinfo\tRunning command (without lock): ${tool}-restore --noflush`,
  ],
  end: (tool, ending) =>
    failed(ending)
      ? [
          `${time()}\terror\tCommand error output: ${transformed(ending)}`,
          `${time()}\terror\tFailed to execute: ${tool}-restore --noflush, exit status ${ending.status}`,
        ]
      : ending.stderr === ''
        ? []
        : [`${time()}\terror\tCommand error output: ${ending.stderr.trimEnd()}`],
  state: (tool, save) => [
    `${time()}\tinfo\tRunning command (without lock): ${tool}-save `,
    `${time()}\tinfo\tCommand output: `,
    save,
  ],
};

/** The agent of ambient: a scope, and the pod's fields behind a message. */
const AGENT: Logger = {
  begin: (tool, text) => [
    `${time()}\tinfo\tcni-agent\tRunning ${tool}-restore with the following input:`,
    `${text}\tns=shop name=web-7d9f8b6c5-abcde`,
    `${time()}\tinfo\tRunning command (without lock): ${tool}-restore --noflush`,
  ],
  end: (_, ending) =>
    failed(ending)
      ? [
          `${time()}\terror\tCommand error output: ${transformed(ending)}`,
          `${time()}\terror\tcni-agent\tfailed to add pod to mesh: exit status ${ending.status}\tns=shop name=web-7d9f8b6c5-abcde`,
        ]
      : [],
  state: LOGGED.state,
};

/** Since 1.25: what is handed over at level debug, the end and the state after it always. */
const NEWER: Logger = {
  begin: (tool, text) => [
    `${time()}\tdebug\tRunning ${tool}-restore with the following input:`,
    text,
    '',
    `${time()}\tdebug\tRunning command (without lock): ${tool}-restore --noflush`,
  ],
  end: (_, ending) =>
    failed(ending)
      ? [
          `${time()}\terror\tCommand error: ${transformed(ending)}`,
          `${time()}\terror\tistio-iptables failed: exit status ${ending.status}`,
        ]
      : [],
  state: (tool, save) => [`${time()}\tinfo\tFinal iptables state (${tool.startsWith('ip6') ? 'IPv6' : 'IPv4'}):`, save],
};

/** The records of another logger, one a line in JSON. */
const JSON_LINES: Logger = {
  begin: (tool, text) => asJson(LOGGED.begin(tool, text)),
  end: (tool, ending) => asJson(LOGGED.end(tool, ending)),
  state: (tool, save) => asJson(LOGGED.state(tool, save)),
};

function asJson(lines: readonly string[]): string[] {
  const records: { level: string; time: string; msg: string }[] = [];
  for (const line of lines) {
    const [, at, level, msg] = /^(\S+Z)\t(\w+)\t(.*)$/s.exec(line) ?? [];
    if (at !== undefined && level !== undefined) records.push({ level, time: at, msg: msg ?? '' });
    else if (records.length > 0) records[records.length - 1] = withLine(records.at(-1), line);
  }
  return records.map((record) => JSON.stringify(record));
}

function withLine(record: { level: string; time: string; msg: string } | undefined, line: string) {
  return { level: record?.level ?? 'info', time: record?.time ?? '', msg: `${record?.msg}\n${line}` };
}

/** All loggers by name. */
export const LOGGERS = { printed: PRINTED, logged: LOGGED, agent: AGENT, newer: NEWER, json: JSON_LINES } as const;
