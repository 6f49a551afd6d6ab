import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a tool ended, and what it said. */
export interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What keeps rules from being taken. */
export interface Obstacle {
  /** Extensions of iptables that are not there. */
  readonly withoutLibrary?: string;
  /** Without NET_ADMIN. */
  readonly withoutRights?: true;
  /** Another process holds the lock. */
  readonly locked?: true;
}

/** A network namespace of its own, which is gone with the process that holds it. */
export class Inside {
  readonly #name = `istio-nat-log-${process.pid}`;

  constructor() {
    must(['ip', 'netns', 'add', this.#name]);
    this.run(['ip', 'link', 'set', 'lo', 'up'], '');
  }

  /** Runs a program, with what stands in its way. */
  run(argv: readonly string[], input: string, { withoutLibrary, withoutRights, locked }: Obstacle = {}): Ending {
    const folder = mkdtempSync(join(tmpdir(), 'istio-nat-log-'));
    const env: Record<string, string> = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
    if (withoutLibrary !== undefined) env.XTABLES_LIBDIR = librariesWithout(withoutLibrary, folder);
    if (locked === true) env.XTABLES_LOCKFILE = join(folder, 'lock');
    const rights =
      withoutRights === true ? ['setpriv', '--bounding-set', '-net_admin', '--inh-caps', '-net_admin'] : [];
    const lock = locked === true ? ['flock', join(folder, 'lock')] : [];
    const all = ['ip', 'netns', 'exec', this.#name, ...lock, ...rights, ...argv];
    const { status, stdout, stderr } = spawnSync(all[0] ?? '', all.slice(1), {
      input,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    rmSync(folder, { recursive: true });
    return { status: status ?? -1, stdout, stderr };
  }

  remove(): void {
    must(['ip', 'netns', 'del', this.#name]);
  }
}

function must([program = '', ...argv]: readonly string[]): void {
  const { status, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A folder with all extensions of iptables but one, as an image has it that was built without. */
function librariesWithout(name: string, folder: string): string {
  const libraries = readdirSync('/usr/lib')
    .map((entry) => join('/usr/lib', entry, 'xtables'))
    .find((path) => existsSync(path));
  if (libraries === undefined) throw new Error('iptables keeps its extensions elsewhere');
  for (const file of readdirSync(libraries)) {
    if (!file.includes(`_${name}.`)) symlinkSync(join(libraries, file), join(folder, file));
  }
  return folder;
}
