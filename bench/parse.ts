import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory, print, ratio, seconds, trouble } from './lines.ts';
import { isInstalled, type Program, runInTurn, withFolder } from './processes.ts';
import { SAVES, type Save } from './saves.ts';

const SIZES = [1_000, 10_000, 100_000];
const LARGEST = 100_000;
const RESTORE = 'iptables-legacy-restore';

/** Saves of many rules; `iptables-legacy-restore --test` reads the same files in a network namespace of its own. */
export async function measureParse(): Promise<void> {
  await withFolder((folder) => {
    for (const save of SAVES) for (const size of SIZES) measure(folder, save, size);
  });
}

function measure(folder: string, { name, text }: Save, size: number): void {
  const file = join(folder, 'save');
  writeFileSync(file, text(size));
  const ours: Program = { argv: ['node', join(import.meta.dirname, 'programs', 'parse.mjs'), file, String(size)] };
  const peers: Program[] = isInstalled(RESTORE) ? [{ argv: ['unshare', '-n', RESTORE, '--test'], stdin: file }] : [];
  const [own = [], restore] = runInTurn([ours, ...peers]);
  print({
    what: `parse a save, ${size} rules (${name})`,
    target: size === LARGEST ? '≤ 1.0 × CPU, ≤ 250 MB' : '',
    measured: `${seconds(own)} ${memory(own)}${trouble(own)}`,
    ratio: restore === undefined ? '' : ratio(own, restore),
    peer:
      restore === undefined
        ? `${RESTORE} not installed`
        : `${RESTORE} ${seconds(restore)} ${memory(restore)}${trouble(restore)}`,
  });
}
