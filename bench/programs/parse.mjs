// Parses a save, and fails when it holds fewer rules than it should or something was not understood.
import { readFileSync } from 'node:fs';
import { parseIptables } from '../../dist/index.js';

const [source, count] = process.argv.slice(2);
const { tables, diagnostics } = parseIptables(readFileSync(source, 'utf8'), { source });
const rules = tables.flatMap(({ chains }) => chains.map((chain) => chain.rules.length));
const total = rules.reduce((sum, length) => sum + length, 0);
process.exitCode = total === Number(count) && diagnostics.length === 0 ? 0 : 1;
