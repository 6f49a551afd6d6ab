import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core/config';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { isBuilt } from './spawn.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const manifest: unknown = JSON.parse(readFileSync(`${ROOT}oclif.manifest.json`, 'utf8'));

describe('oclif.manifest.json', () => {
  // oclif trusts a manifest of the same version blindly, so a stale one shows the help of yesterday.
  it.skipIf(!isBuilt)('is what `npm run manifest` writes for the built commands', async () => {
    const plugin = new Plugin({
      root: ROOT,
      type: 'core',
      isRoot: true,
      ignoreManifest: true,
      errorOnManifestCreate: true,
      respectNoCacheDefault: true,
    });
    await plugin.load();
    expect(JSON.parse(JSON.stringify(plugin.manifest))).toEqual(manifest);
  });

  it('names the commands of the sources', () => {
    expect(manifest).toMatchObject({
      commands: Object.fromEntries(Object.keys(commands).map((name) => [name, { id: name }])),
    });
  });
});
