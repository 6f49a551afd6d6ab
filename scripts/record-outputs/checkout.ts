import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout whose fixtures are read. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder of recordings that stands beside the project, or null. */
export function recorded(name: 'corpus' | 'field'): string | null {
  const named = name === 'corpus' ? process.env.ISTIO_NAT_CORPUS : undefined;
  const folder = named ?? join(root, '../shared', name);
  return existsSync(folder) ? folder : null;
}

/** The texts of a folder by name, in the order of their names. */
export function texts(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The names of the folders in a folder, in their order. */
export function folders(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => statSync(join(folder, name)).isDirectory());
}
