/** Runs the program from its sources; `npm run dev -- check --example` does so again whenever one of them changes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core/config';
import { main } from '../src/cli/main.ts';

const root = join(import.meta.dirname, '..');
const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
pjson.oclif.commands.target = './src/commands/index.ts';
// The manifest tells of the commands as they were when it was written.
const plugin = new Plugin({ isRoot: true, root, pjson, ignoreManifest: true });
await plugin.load();
await main(process.argv.slice(2), { root, plugins: new Map([[plugin.name, plugin]]) });
