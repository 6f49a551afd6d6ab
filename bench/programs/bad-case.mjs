// Compares two saves at OUTPUT. Exit status: 0 equal, 1 different, 3 undetermined.
import { readFileSync } from 'node:fs';
import { compareRulesets, parseIptables } from '../../dist/index.js';

const [live, expected] = process.argv.slice(2).map((source) => ({
  tables: parseIptables(readFileSync(source, 'utf8'), { source }).tables,
}));
const { different, open } = compareRulesets(live, expected, { hook: 'OUTPUT', family: 'ipv4' });
process.exitCode = different.length > 0 ? 1 : open.length > 0 ? 3 : 0;
