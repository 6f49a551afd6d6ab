import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';
import { KINDS, type Kind, type Member } from './pasted-kinds.ts';

/** Texts from public reports, beside a checkout that has them. */
const COLLECTED = new URL('../../../shared/field/', import.meta.url);
const ARGUMENTS: Readonly<Record<string, Omit<Member, 'text'>>> = {
  'dns-missing-120': { flags: { istioVersion: '1.20.3', redirectDns: 'true' } },
  'nat-table-incompatible': { flags: { istioVersion: '1.28.10' } },
  'nft-text-rule-called-missing': { flags: { istioVersion: '1.28.10' } },
  'input-drop-own-address-accepted': { flags: { istioVersion: '1.28.10' } },
  'ambient-good': { flags: { outboundPortsExclude: '3306' } },
};
/** The collected text that is given beside another one. */
const BESIDE = 'ss-tcp-only';

const collected = (name: string) => readFileSync(new URL(`${name}.txt`, COLLECTED), 'utf8');

function collectedOf(name: string): Member[] {
  if (!existsSync(COLLECTED)) return [];
  if (name === BESIDE) return [{ text: collected('ambient-good'), sockets: collected(name) }];
  return [{ text: collected(name), ...ARGUMENTS[name] }];
}

async function judged({ text, flags = {}, sockets }: Member) {
  const source = { kind: 'rules', files: ['rules'], ...(sockets !== undefined && { sockets: 'sockets' }) } as const;
  const config = { flags, env: {} };
  return check({ source, config, toolVersion: '0' }, savedTexts({ rules: text, sockets: sockets ?? '' }));
}

function asRight({ verdicts, errors = [], finds }: Kind, report: Awaited<ReturnType<typeof judged>>) {
  expect(verdicts).toContain(report.verdict);
  const loud = report.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  expect(loud.filter((code) => !errors.includes(code))).toEqual([]);
  if (report.verdict === 'undetermined') expect(report.undetermined[0]?.remedy).not.toBe('');
  if (finds !== undefined) expect(report.findings.map(({ code }) => code)).toContain(finds);
}

describe.each(Object.entries(KINDS))('a text such as %s', (name, kind) => {
  const members = [...kind.members, ...collectedOf(name)];
  it.each(members.map((member, at) => [at + 1, member] as const))('member %i', async (_, member) => {
    asRight(kind, await judged(member));
  });
});
