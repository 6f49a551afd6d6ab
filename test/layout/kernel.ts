import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Family } from '../../src/model/family.ts';
import type { Ruleset, Table } from '../../src/model/ruleset.ts';
import { printSave } from '../../src/print/iptables/index.ts';

/** A network namespace of our own in which rules can be loaded; `close` removes it. */
export interface Kernel {
  /** Loads the tables of a family with one variant of iptables-restore, in place of all others, and reads them back. */
  roundTrip(variant: 'legacy' | 'nft', family: Family, ruleset: Ruleset): string;
  /** Loads the text of native tables with nft, in place of everything, and lists what is there then. */
  load(text: string): string;
  /** Runs a program in the namespace and returns what it prints; throws when it fails. */
  run(program: string, input: string, ...args: string[]): string;
  /** Makes the sets that the rules on a node name; false when there is no ipset to make them with. */
  makeProbeSets(): boolean;
  close(): void;
}

const IP = 'ip';
/** ipset's names of Istio's sets: one for both families before 1.23. */
const PROBE_SETS = [
  ['istio-inpod-probes', 'inet'],
  ['istio-inpod-probes-v4', 'inet'],
  ['istio-inpod-probes-v6', 'inet6'],
] as const;
const TABLES = ['raw', 'mangle', 'nat', 'filter'];

/** Whether this process may make namespaces and has both variants of iptables. */
export const haveKernel =
  process.getuid?.() === 0 && ['iptables-legacy', 'iptables-nft', 'nft', 'ip'].every(isInstalled);

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      return readdirSync(folder).includes(program);
    } catch {
      return false;
    }
  });
}

/** Makes the namespace. */
export function openKernel(purpose: string): Kernel {
  const name = `istio-nat-${purpose}-${process.pid}`;
  execFileSync(IP, ['netns', 'add', name]);
  const run = (program: string, input: string, ...args: string[]) =>
    execFileSync(IP, ['netns', 'exec', name, program, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  return {
    roundTrip: (variant, family, ruleset) => {
      const prefix = family === 'ipv4' ? 'iptables' : 'ip6tables';
      run(`${prefix}-${variant}-restore`, completeSave(ruleset, family));
      return run(`${prefix}-${variant}-save`, '');
    },
    load: (text) => {
      run('nft', `flush ruleset\n${text}`, '-f', '-');
      return run('nft', '', 'list', 'ruleset');
    },
    run,
    makeProbeSets: () => {
      if (!isInstalled('ipset')) return false;
      for (const [set, family] of PROBE_SETS) run('ipset', '', 'create', set, 'hash:ip', 'family', family);
      return true;
    },
    close: () => void execFileSync(IP, ['netns', 'delete', name]),
  };
}

/** Every table is named, so that restore leaves nothing of an earlier layout behind. */
function completeSave(ruleset: Ruleset, family: Family): string {
  const tables = ruleset.tables.filter((table) => table.family === family);
  const others = TABLES.filter((name) => !tables.some((table) => table.name === name));
  return printSave([...tables, ...others.map((name): Table => ({ backend: 'iptables', family, name, chains: [] }))]);
}
