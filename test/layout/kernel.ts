import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Family } from '../../src/model/family.ts';
import type { Ruleset, Table } from '../../src/model/ruleset.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';

/** A network namespace of our own in which rules can be loaded; `close` removes it. */
export interface Kernel {
  /** Loads the tables of a family with one variant of iptables-restore, in place of all others, and reads them back. */
  roundTrip(variant: 'legacy' | 'nft', family: Family, ruleset: Ruleset): string;
  /** Loads native tables with nft, in place of everything, and lists what is there then. */
  nftRoundTrip(ruleset: Ruleset): string;
  close(): void;
}

const IP = 'ip';
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
    nftRoundTrip: (ruleset) => {
      run('nft', `flush ruleset\n${printNft(ruleset.tables)}`, '-f', '-');
      return run('nft', '', 'list', 'ruleset');
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
