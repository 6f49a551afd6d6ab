import { release } from 'node:os';
import { measureBadCases } from './bad-cases.ts';
import { measureBadInputs } from './bad-inputs.ts';
import { measureCheck, measureManyDifferences } from './check.ts';
import { measureCompare } from './compare.ts';
import { printHead } from './lines.ts';
import { measureParse } from './parse.ts';
import { measureSockets } from './sockets.ts';
import { measureLiveSockets } from './sockets-live.ts';
import { measureTrace } from './trace.ts';

const MEASURES: Readonly<Record<string, () => Promise<void>>> = {
  check: measureCheck,
  parse: measureParse,
  trace: measureTrace,
  compare: measureCompare,
  differences: measureManyDifferences,
  sockets: measureSockets,
  'sockets-live': measureLiveSockets,
  'bad-cases': measureBadCases,
  'bad-inputs': measureBadInputs,
};

/** Runs the measurements that are named, or all of them. Figures are printed and never judged: machines differ. */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(MEASURES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no measurement ${unknown.join(', ')}; there are ${Object.keys(MEASURES).join(', ')}.\n`,
  );
  process.exitCode = 2;
} else {
  process.stdout.write(`Node.js ${process.version}, Linux ${release()}\n`);
  printHead();
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (asked.length === 0 || asked.includes(name)) await measure();
  }
}
