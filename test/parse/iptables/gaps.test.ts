import { describe, expect, it } from 'vitest';
import { parseIptables } from '../../../src/parse/iptables/index.ts';

const SAVE = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j RETURN
-A OUTPUT -p tcp -m tcp --dport 80 -j RETURN
-A OUTPUT -p udp -j RETURN
COMMIT
`;

/** Where rules may be missing in the text, as chain and position. */
function gapsOf(text: string): string[] {
  const { gaps } = parseIptables(text, { source: 'cut' });
  return gaps.map(({ chain, position }) => `${chain} ${position}`);
}

describe('a save that was cut off', () => {
  it('leaves no doubt about the chains before the one of its last rule', () => {
    expect(gapsOf(SAVE.slice(0, SAVE.indexOf('-A OUTPUT -p udp')))).toEqual(['OUTPUT 2', 'POSTROUTING 1']);
  });

  it('doubts a rule that may have lost its end, and what comes after it', () => {
    expect(gapsOf(SAVE.slice(0, SAVE.indexOf(' -j RETURN\nCOMMIT')))).toEqual(['OUTPUT 2', 'POSTROUTING 1']);
  });

  it('doubts all chains where no rule is left', () => {
    const chains = ['PREROUTING 1', 'INPUT 1', 'OUTPUT 1', 'POSTROUTING 1'];
    expect(gapsOf(SAVE.slice(0, SAVE.indexOf('-A PREROUTING')))).toEqual(chains);
  });

  it('is not what a whole save is', () => {
    expect(gapsOf(SAVE)).toEqual([]);
  });
});
