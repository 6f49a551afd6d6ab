import { describe, expect, it } from 'vitest';
import { parseNft } from '../../src/parse/nft/index.ts';
import { LayoutIndex } from '../../src/rules/layout-index.ts';

/** A table of iptables-nft as nft shows it; of modules of xtables only the name is there. */
function listed(...rules: readonly string[]) {
  const chains = ['type nat hook output priority dstnat; policy accept;', ...rules].map((line) => `\t\t${line}\n`);
  return parseNft(`table ip nat {\n\tchain OUTPUT {\n${chains.join('')}\t}\n}\n`, { source: 'text' });
}

const REDIRECT = 'meta l4proto tcp counter redirect to :15001';
const UNREAD = 'meta l4proto tcp counter xt target "REDIRECT"';

describe('a layout whose rules were not all read', () => {
  it.each([
    ['all there', [REDIRECT], true],
    ['one not read in its chain', [UNREAD], true],
    ['one missing', [], false],
    ['another rule in its place', ['meta l4proto udp counter redirect to :15001'], false],
  ])('%s', (_, live, complete) => {
    expect(new LayoutIndex(listed(...live), listed(REDIRECT)).isComplete()).toBe(complete);
  });

  it('lacks a rule when fewer were not read than are missing', () => {
    const wanted = listed(REDIRECT, 'meta l4proto tcp counter redirect to :15006');
    expect(new LayoutIndex(listed(UNREAD), wanted).isComplete()).toBe(false);
    expect(new LayoutIndex(listed(UNREAD, UNREAD), wanted).isComplete()).toBe(true);
  });
});
