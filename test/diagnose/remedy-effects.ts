import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import type { CheckReport } from '../../src/model/report.ts';
import type { KernelPod } from '../kernel/index.ts';

const COMMAND = 'In the pod: ';
const LOOK_UP = /^By hand: `(nft delete rule .*) handle N`, N being that of rule (\d+) in `(nft -a list chain .*)`$/;

/** A command of a remedy, as it stands there, or one that needs a number that somebody has to look up. */
export interface Step {
  readonly line: string;
  readonly lookUp?: { readonly command: string; readonly position: number; readonly listing: string };
}

/** All that a report asks to be run, in order. Lines that only say something are none. */
export function stepsOf({ findings }: Pick<CheckReport, 'findings'>): Step[] {
  return findings
    .flatMap(({ remedy = '' }) => remedy.split('\n'))
    .flatMap((line): Step[] => {
      if (line.startsWith(COMMAND)) return [{ line: line.slice(COMMAND.length) }];
      const [, command, position, listing] = LOOK_UP.exec(line) ?? [];
      if (command === undefined || listing === undefined) return [];
      return [{ line: command, lookUp: { command, position: Number(position), listing } }];
    });
}

/** The words that a shell makes of a line. It must be one simple command: anything else would be run by `set`. */
export function shellWords(line: string): string[] {
  execFileSync('sh', ['-n', '-c', line]);
  return execFileSync('sh', ['-c', `set -- ${line}\nprintf '%s\\0' "$@"`])
    .toString()
    .split('\0')
    .slice(0, -1);
}

/** Runs a step as somebody who pastes it into a shell, and holds what it does to the kernel against what it says. */
export async function runStep(pod: KernelPod, step: Step): Promise<void> {
  const line = step.lookUp === undefined ? step.line : await lookedUp(pod, step.lookUp);
  const argv = shellWords(line);
  const before = await observe(pod, argv);
  expect(await pod.exec(['sh', '-c', line]), line).toMatchObject({ exitCode: 0, stdout: '' });
  expectEffect(argv, before, await observe(pod, argv));
}

async function lookedUp(pod: KernelPod, { command, position, listing }: NonNullable<Step['lookUp']>): Promise<string> {
  const { stdout } = await pod.exec(shellWords(listing));
  const handle = rulesIn(stdout)[position - 1]?.split('# handle ')[1];
  expect(handle, listing).toBeDefined();
  return `${command} handle ${handle}`;
}

/** What the tool that is asked shows, line by line; counts are no part of it. */
async function observe(pod: KernelPod, argv: readonly string[]): Promise<string[]> {
  const { stdout } = await pod.exec(listingFor(argv));
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.replace(/\[\d+:\d+\]$/, '').replace(/packets \d+ bytes \d+ ?/, ''));
}

function listingFor(argv: readonly string[]): string[] {
  const [program = ''] = argv;
  if (program === 'nft') return ['nft', jsonCommand(argv.slice(1)) === null ? '-a' : '-j', 'list', 'ruleset'];
  if (/^ip6?tables-(nft|legacy)$/.test(program)) return [`${program}-save`, '-t', argv[2] ?? ''];
  const family = argv[1] === '-6' ? '-6' : '-4';
  const object = argv.find((word) => ['rule', 'route', 'addr'].includes(word)) ?? '';
  return ['ip', family, object, 'show', ...(object === 'route' ? ['table', 'all'] : [])];
}

function expectEffect(argv: readonly string[], before: readonly string[], after: readonly string[]): void {
  const [program = '', ...words] = argv;
  if (program === 'ip') expectOneMore(words, before, after);
  else if (program === 'nft') expectNftEffect(words, before, after);
  else expectIptablesEffect(argv, before, after);
}

function expectIptablesEffect(argv: readonly string[], before: readonly string[], after: readonly string[]): void {
  const [program, , , option = '', chain = '', ...rest] = argv;
  expect(program).toMatch(/^ip6?tables-(nft|legacy)$/);
  const rulesAt = (lines: readonly string[]) =>
    lines.flatMap((line, at) => (line.startsWith(`-A ${chain} `) ? [at] : []));
  const position = Number(rest[0]) - 1;
  if (option === '-D' && rest.length === 1) {
    expect(after).toEqual(without(before, rulesAt(before)[position]));
  } else if (option === '-D') {
    const gone = before.findIndex((line, at) => line !== after[at]);
    expect(after).toEqual(without(before, gone));
    expect(unquoted(before[gone] ?? '')).toBe(['-A', chain, ...rest].join(' '));
  } else if (option === '-A') {
    const at = rulesAt(after).at(-1);
    expect(without(after, at)).toEqual(before);
    expect(unquoted(after[at ?? -1] ?? '')).toBe(['-A', chain, ...rest].join(' '));
  } else {
    expect(option).toBe('-I');
    const at = rulesAt(after)[position];
    expect(without(after, at)).toEqual(before);
    expect(unquoted(after[at ?? -1] ?? '')).toBe(['-A', chain, ...rest.slice(1)].join(' '));
  }
}

/** What is to be seen in JSON: names and texts may have lines of their own. Null for what is seen better in text. */
function jsonCommand(words: readonly string[]): JsonCommand | null {
  if (words[0] === '-j') return JSON.parse(words[1] ?? '') as JsonCommand;
  const [, family, table, chain, handle] = /^delete rule (\S+) (\S+) (\S+) handle (\d+)$/.exec(words.join(' ')) ?? [];
  return handle === undefined
    ? null
    : { nftables: [{ delete: { rule: { family, table, chain, handle: Number(handle) } } }] };
}

function expectNftEffect(words: readonly string[], before: readonly string[], after: readonly string[]): void {
  const json = jsonCommand(words);
  if (json === null) expectTextEffect(words.join(' '), before, after);
  else expectJsonEffect(json, before, after);
}

function expectTextEffect(text: string, before: readonly string[], after: readonly string[]): void {
  const [verb, place = '', rest = ''] =
    /^(insert rule|add rule|flush chain) (\S+ \S+ [^\s;]+)(.*)$/.exec(text)?.slice(1) ?? [];
  switch (verb) {
    case 'insert rule':
    case 'add rule': {
      const [, index, spec] = /^(?: index (\d+))? (.*)$/.exec(rest) ?? [];
      const at = rulesAt(after, place).at(index === undefined ? -1 : Number(index));
      expect(without(after, at)).toEqual(before);
      expect(ruleAt(after, at)).toBe(spec);
      break;
    }
    default: {
      const [old, fresh] = [before, after].map((lines) => rulesAt(lines, place).map((at) => ruleAt(lines, at)));
      expect(verb).toBe('flush chain');
      expect(fresh?.toSorted()).toEqual(old?.toSorted());
      expect(fresh).toEqual(rest.split(`; add rule ${place} `).slice(1));
    }
  }
}

function ruleAt(lines: readonly string[], at: number | undefined): string | undefined {
  return lines[at ?? -1]?.trim().replace(/ # handle \d+$/, '');
}

interface JsonCommand {
  readonly nftables: readonly { readonly delete: { readonly rule: object } }[];
}

function expectJsonEffect(
  { nftables: [command] }: JsonCommand,
  before: readonly string[],
  after: readonly string[],
): void {
  const [old, now] = [before, after].map((lines) => {
    const { nftables } = JSON.parse(lines.join('')) as { nftables: Record<string, object>[] };
    return nftables;
  });
  const gone = old?.filter(({ rule }) => rule !== undefined && holds(rule, command?.delete.rule ?? {}));
  expect(gone).toHaveLength(1);
  expect(now).toEqual(old?.filter((one) => one !== gone?.[0]));
}

function holds(object: object, members: object): boolean {
  return Object.entries(members).every(([name, value]) => (object as Record<string, unknown>)[name] === value);
}

function expectOneMore(words: readonly string[], before: readonly string[], after: readonly string[]): void {
  const more = after.filter((line) => !before.includes(line));
  expect(before.every((line) => after.includes(line))).toBe(true);
  // An address takes two lines: itself, and how long it is valid.
  expect(more.length, words.join(' ')).toBeGreaterThan(0);
  const values = words.filter((word) => /^(0x|::|\d+$|local$)/.test(word));
  for (const value of values) expect(more.join('\n')).toContain(value);
}

/** The lines but for one, which must be there. */
function without(lines: readonly string[], at: number | undefined): string[] {
  expect(lines[at ?? -1]).toBeDefined();
  return lines.filter((_, position) => position !== at);
}

/** The words of a rule as iptables prints them, in one line without its quotes and escapes. */
function unquoted(line: string): string {
  return line.replace(/"((?:\\.|[^"\\])*)"/g, (_, text: string) => text.replace(/\\(.)/g, '$1'));
}

/** The line on which a chain of `nft -a list ruleset` begins: `inet TABLE CHAIN`. */
function headOf(lines: readonly string[], place: string): number {
  const [family, table, chain] = place.split(' ');
  const start = lines.findIndex((line) => line.startsWith(`table ${family} ${table} {`));
  return lines.findIndex((line, at) => at > start && line.startsWith(`\tchain ${chain} {`));
}

/** The numbers of the lines of a chain that are its rules. */
function rulesAt(lines: readonly string[], place: string): number[] {
  const head = headOf(lines, place);
  const end = lines.findIndex((line, at) => at > head && line === '\t}');
  return lines.flatMap((line, at) => (at > head && at < end && !line.startsWith('\t\ttype ') ? [at] : []));
}

function rulesIn(listing: string): string[] {
  return listing.split('\n').filter((line) => line.startsWith('\t\t') && !line.startsWith('\t\ttype '));
}
