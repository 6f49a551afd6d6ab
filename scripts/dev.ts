/** Runs the program from its sources; `npm run dev -- check --example` does so again whenever one of them changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../src/cli/main.ts';

const root = join(import.meta.dirname, '..');
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
pjson.oclif.commands.target = './src/commands/index.ts';
// The manifest tells of the commands as they were when it was written.
await main(process.argv.slice(2), { root, pjson, ignoreManifest: true });
