import { FAMILIES, type Family } from '../model/family.ts';
import { IPTABLES_TABLES } from '../model/ruleset.ts';
import type { Answer } from './capture.ts';
import { inTurns } from './in-turns.ts';
import { type CommandRunner, succeeded } from './runner.ts';

/** A pod has a dozen chains of Istio's and a few of others; of a node's it is no use asking for all. */
const MOST_CHAINS = 40;

/** No chain name of iptables is longer. Names with any other character are not handed to a program. */
const NAME = /^[A-Za-z0-9_][\w.-]{0,28}$/;

/** Before 1.8.7 (Debian 11) listing a chain could create the built-in chains of its table. */
const OLDEST_MINOR = 7;

/**
 * One rule of nft's in a table keeps iptables-nft-save from printing any of it, and another one ends it in the middle.
 * A single chain can still be listed, and others do not write into Istio's.
 */
export async function askChains(runner: CommandRunner, answers: readonly Answer[], atOnce: number): Promise<Answer[]> {
  const json = answers.findLast(({ question }) => question === 'nft-ruleset-json')?.result;
  if (json === undefined || !succeeded(json)) return [];
  const families = FAMILIES.filter((family) => isLacking(answers, family));
  const asked = families.flatMap((family) =>
    chainsIn(json.stdout, family).map((place) => () => askChain(runner, family, place)),
  );
  if (asked.length === 0 || asked.length > MOST_CHAINS || !(await canList(runner))) return [];
  return inTurns(asked, atOnce);
}

function isLacking(answers: readonly Answer[], family: Family): boolean {
  const save = answers.findLast(({ question }) => question === `nft-save-${family}`)?.result;
  if (save === undefined || save.exitCode === null) return false;
  return !succeeded(save) || save.stdout.includes(' is incompatible, use ');
}

interface ListedChain {
  readonly table: string;
  readonly chain: string;
}

/** The chains of iptables' tables in a listing of nft's. */
function chainsIn(json: string, family: Family): ListedChain[] {
  const word = family === 'ipv4' ? 'ip' : 'ip6';
  return elementsOf(json).flatMap((element) => {
    const chain = isObject(element) && isObject(element.chain) ? element.chain : {};
    const { family: own, table, name } = chain;
    if (own !== word || typeof table !== 'string' || typeof name !== 'string') return [];
    return Object.hasOwn(IPTABLES_TABLES, table) && NAME.test(name) ? [{ table, chain: name }] : [];
  });
}

function elementsOf(json: string): readonly unknown[] {
  try {
    const document: unknown = JSON.parse(json);
    return isObject(document) && Array.isArray(document.nftables) ? document.nftables : [];
  } catch {
    // What is wrong with it is reported where it is parsed.
    return [];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

async function canList(runner: CommandRunner): Promise<boolean> {
  const { stdout } = await runner.run(['iptables-nft', '--version']);
  const [, major, middle, minor] = /v(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) > 1 || (Number(major) === 1 && Number(middle) > 8)) return true;
  return Number(major) === 1 && Number(middle) === 8 && Number(minor) >= OLDEST_MINOR;
}

async function askChain(runner: CommandRunner, family: Family, { table, chain }: ListedChain): Promise<Answer> {
  const tool = family === 'ipv4' ? 'iptables-nft' : 'ip6tables-nft';
  return { question: `nft-chain-${family}`, result: await runner.run([tool, '-t', table, '-S', chain]) };
}
