import type { Wrapper } from './wrapper.ts';

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)`;
const CRI = new RegExp(`^${TIME} (?:stdout|stderr) ([FP])(?::\\S*)?(?: |$)`);
const CLOCK = String.raw`\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?`;
const TIMESTAMP = new RegExp(
  `^(?:${TIME}|${CLOCK})(?: (?!\\s*(?:trace|debug|info|warn|warning|error|fatal)\\s)|$)`,
  'i',
);

/** What container runtimes write: `TIME stdout F line`, or `P` where the line goes on in the next. */
export const cri: Wrapper = (line) => {
  const [all, tag] = CRI.exec(line) ?? [];
  if (all === undefined) return null;
  return { text: line.slice(all.length), ...(tag === 'P' ? { open: true } : {}) };
};

/** `--timestamps` of kubectl, docker and stern. Before a level the time belongs to the message of a logger. */
export const timestamp: Wrapper = (line) => {
  const all = TIMESTAMP.exec(line)?.[0];
  return all === undefined ? null : { text: line.slice(all.length) };
};
