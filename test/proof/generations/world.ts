import { execFileSync } from 'node:child_process';
import type { Recording } from '../../layout/recordings.ts';
import type { Loaded } from './forms.ts';
import { inNamespace, printedBy, type RunInside, runIn } from './listings.ts';
import type { Root } from './roots.ts';

type Backend = Loaded['backend'];

const FAMILIES = ['v4', 'v6'] as const;
const TOOL = { v4: 'iptables', v6: 'ip6tables' } as const;

/** The built-in chains of the tables that a layout may have; restored empty where it has none of them. */
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Istio's sets on a node, one for both families before 1.23; a rule that names a set cannot be loaded without it. */
const SETS = ['istio-inpod-probes inet', 'istio-inpod-probes-v4 inet', 'istio-inpod-probes-v6 inet6'];

/** A network namespace for the rules of one backend, which the tools of several releases load and list. */
export class World {
  readonly #name: string;
  readonly #run: RunInside;
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#name = `istio-nat-generations-${backend}-${process.pid}`;
    this.#backend = backend;
    this.#run = inNamespace(this.#name);
    execFileSync('ip', ['netns', 'add', this.#name]);
    for (const set of SETS) this.#run(`ipset create ${set.replace(' ', ' hash:ip family ')}`.split(' '), '');
  }

  /** Loads a recorded layout in place of the last one, and says which tables it has. */
  load({ recorded }: Recording, loader: Root): Loaded {
    if (this.#backend === 'native') {
      this.#loadWith(loader, 'nft -f /dev/stdin', `flush ruleset\n${recorded['ruleset.nft'] ?? ''}`);
      return { backend: 'native', tables: { v4: [], v6: [] } };
    }
    const saves = { v4: recorded[`${this.#backend}.v4.save`] ?? '', v6: recorded[`${this.#backend}.v6.save`] ?? '' };
    if (this.#backend === 'nft') this.#run(['nft', 'flush', 'ruleset'], '');
    for (const family of FAMILIES) {
      const others = this.#backend === 'legacy' ? emptied(saves[family]) : '';
      this.#loadWith(loader, `${TOOL[family]}-${this.#backend}-restore`, `${saves[family]}${others}`);
    }
    return { backend: this.#backend, tables: { v4: tablesIn(saves.v4), v6: tablesIn(saves.v6) } };
  }

  /** What commands print with the tools of a release. */
  list(root: Root, commands: readonly string[]): string[] {
    return printedBy(root, commands, this.#run).map(({ stdout }) => stdout);
  }

  close(): void {
    execFileSync('ip', ['netns', 'delete', this.#name]);
  }

  #loadWith(root: Root, command: string, text: string): void {
    runIn(root, command, text, this.#run);
  }
}

function tablesIn(save: string): string[] {
  return [...save.matchAll(/^\*(\S+)/gm)].map(([, name = '']) => name);
}

/** The tables that a save does not have, without rules. */
function emptied(save: string): string {
  const own = tablesIn(save);
  const others = Object.entries(EMPTY).filter(([name]) => !own.includes(name));
  return others
    .map(([name, chains]) => `*${name}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`)
    .join('');
}
