import type { Wrapper } from './wrapper.ts';

const CLOCK = String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?`;
const DATE = `[A-Z][a-z]{2} [ \\d]\\d ${CLOCK}`;
const ISO = `\\d{4}-\\d\\d-\\d\\dT${CLOCK}(?:Z|[+-]\\d\\d:?\\d\\d)`;
const PROGRAM = String.raw`[\w./@-]+`;
/**
 * `Nov 29 01:00:00 host program[123]: line`; with the ISO time of `-o short-iso` only with the number of a process: other
 * logs have such times too.
 */
const SYSLOG = new RegExp(
  `^(?:<\\d{1,3}>)?(?:${DATE} [\\w.:-]+ ${PROGRAM}(?:\\[\\d+\\])?|${ISO} [\\w.:-]+ ${PROGRAM}\\[\\d+\\]): ?`,
);
/** RFC 5424: `<13>1 TIME host program 123 - - line`. */
const SYSLOG_5424 = /^<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ?/;
const JOURNAL_NOTE = /^-- (?:Logs begin|Journal begins|Boot |No entries|Reboot)/;

/** journald and syslog. */
export const syslog: Wrapper = (line) => {
  const all = (SYSLOG.exec(line) ?? SYSLOG_5424.exec(line))?.[0];
  if (all !== undefined) return { text: withLineEnds(line.slice(all.length)) };
  return JOURNAL_NOTE.test(line) ? { text: '' } : null;
};

/** rsyslog writes control characters as their octal numbers. */
function withLineEnds(text: string): string {
  return text.includes('#012') ? text.replaceAll('#012', '\n').replaceAll('#011', '\t') : text;
}

/** klog, of Kubernetes' own programs: `I0203 10:00:00.000000       1 file.go:12] line`. */
export const klog: Wrapper = (line) => {
  const all = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ [^\s\]]+:\d+\] ?/.exec(line)?.[0];
  return all === undefined ? null : { text: line.slice(all.length) };
};
