import { describe, expect, test } from 'vitest';
import type { Answer, Question } from '../../src/collect/capture.ts';
import { askChains } from '../../src/collect/nft-chains.ts';
import type { CommandResult, CommandRunner } from '../../src/collect/runner.ts';

const result = (argv: readonly string[], stdout: string, exitCode = 0): CommandResult => ({
  ...{ argv, path: '/usr/sbin/x', exitCode, stdout, stderr: '', failure: null, durationMs: 1 },
});
const answer = (question: Question, stdout: string, exitCode = 0): Answer => ({
  question,
  result: result([], stdout, exitCode),
});
const chain = (family: string, table: string, name: string) => ({ chain: { family, table, name } });
const listing = (...chains: object[]) => answer('nft-ruleset-json', JSON.stringify({ nftables: chains }));
const INCOMPATIBLE = "# Table `nat' is incompatible, use 'nft' tool.\n";

async function asked(answers: readonly Answer[], version = 'iptables v1.8.9 (nf_tables)'): Promise<string[]> {
  const lines: string[] = [];
  const runner: CommandRunner = {
    run: async (argv) => {
      if (!argv.includes('--version')) lines.push(argv.join(' '));
      return result(argv, version);
    },
  };
  await askChains(runner, answers, 2);
  return lines;
}

describe('chains are listed alone', () => {
  const own = listing(chain('ip', 'nat', 'ISTIO_OUTPUT'), chain('ip6', 'nat', 'OUTPUT'), chain('ip', 'others', 'x'));

  test.each([
    ['a table is incompatible', answer('nft-save-ipv4', INCOMPATIBLE)],
    ['the save failed', answer('nft-save-ipv4', '*nat\n', 3)],
  ])('where %s', async (_, save) => {
    expect(await asked([save, answer('nft-save-ipv6', ''), own])).toEqual(['iptables-nft -t nat -S ISTIO_OUTPUT']);
  });

  test('never where the save shows all, nft does not, or the tool is so old that listing might make chains', async () => {
    const save = answer('nft-save-ipv4', INCOMPATIBLE);
    expect(await asked([answer('nft-save-ipv4', ''), own])).toEqual([]);
    expect(await asked([save, answer('nft-ruleset-json', '', 1)])).toEqual([]);
    expect(await asked([save, answer('nft-ruleset-json', 'nonsense')])).toEqual([]);
    expect(await asked([save, own], 'iptables v1.8.6 (nf_tables)')).toEqual([]);
    expect(await asked([save, own], 'nonsense')).toEqual([]);
    expect(await asked([save, own], 'iptables v1.9.0 (nf_tables)')).toHaveLength(1);
  });

  test('with no names that a program could take for something else, and not on a node with hundreds', async () => {
    const save = answer('nft-save-ipv4', INCOMPATIBLE);
    const strange = ['-F', '--help', 'a b', 'x\n', '', 'a'.repeat(40)].map((name) => chain('ip', 'nat', name));
    expect(await asked([save, listing(...strange)])).toEqual([]);
    const many = Array.from({ length: 41 }, (_, n) => chain('ip', 'nat', `KUBE-${n}`));
    expect(await asked([save, listing(...many)])).toEqual([]);
  });
});
