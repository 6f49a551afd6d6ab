import { describe, expect, it } from 'vitest';
import { parseNft } from '../../../src/parse/nft/index.ts';

/** The targets of a rule in the mangle table of iptables-nft, as nft lists it. */
function targetsOf(rule: string, family = 'ip') {
  const base = 'type filter hook prerouting priority mangle; policy accept;';
  const text = `table ${family} mangle {\n\tchain PREROUTING {\n\t\t${base}\n\t\t${rule}\n\t}\n}\n`;
  return parseNft(text, { source: 'text' }).tables[0]?.chains[0]?.rules[0]?.targets;
}

const tproxy = (port: number, mark: { value: number; mask: number }) => ({
  kind: 'tproxy',
  port,
  address: 0n,
  family: 'ipv4',
  mark,
});

describe('TPROXY of iptables in the words of libxtables 1.8.13', () => {
  it.each([
    ['tproxy to :15006 meta mark set 0x539 accept', tproxy(15006, { value: 0x539, mask: 0xffffffff })],
    [
      'tproxy to :15008 meta mark set meta mark & 0xfffff000 xor 0x111 accept',
      tproxy(15008, { value: 0x111, mask: 0xfff }),
    ],
    ['tproxy to :15006 accept', tproxy(15006, { value: 0, mask: 0 })],
  ])('%s is one target with its mark', (words, target) => {
    expect(targetsOf(`ip protocol tcp counter packets 0 bytes 0 ${words}`)).toEqual([target]);
  });

  it.each([
    ['tproxy to :15006 meta mark set 0x00000539 accept', ['tproxy', 'mark', 'accept']],
    ['tproxy to :15006 meta mark set 0x539', ['tproxy', 'mark']],
    ['tproxy to :15006 meta mark set 0x539 drop', ['tproxy', 'mark', 'drop']],
    ['tproxy to :15006 ct mark set 0x539 accept', ['tproxy', 'connmark-set', 'accept']],
  ])('%s are statements of nft', (words, kinds) => {
    expect(targetsOf(`ip protocol tcp ${words}`)?.map(({ kind }) => kind)).toEqual(kinds);
  });
});
