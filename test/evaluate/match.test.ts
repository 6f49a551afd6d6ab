import { describe, expect, it } from 'vitest';
import { matchOutcome } from '../../src/evaluate/match.ts';
import type { State } from '../../src/evaluate/state.ts';
import type { Match } from '../../src/model/match.ts';
import { stateOf } from './packet-of.ts';

const range = (from: number, to = from) => ({ from, to });
const notUid = (id: number): Match => ({ kind: 'owner', uid: { negated: true, value: range(id) } });
const port = (to: number, negated = false): Match => ({
  kind: 'tcp',
  destinationPort: { negated, value: [range(to)] },
});
const noSocket = stateOf({ uid: null, gid: null });
const udp = stateOf({ protocol: 'udp' });
const twoPorts: Match = {
  kind: 'tcp',
  sourcePort: { negated: true, value: [range(40000)] },
  destinationPort: { negated: true, value: [range(15006)] },
};
const ctmark: Match = { kind: 'connmark', negated: true, value: 1, mask: 0xffffffff };
const fresh: Match = { kind: 'conntrack', states: { negated: false, value: ['NEW'] } };
const mark: Match = { kind: 'mark', negated: false, value: 0x539, mask: 0xfff };

describe('matchOutcome', () => {
  it.each<[string, Match, State, string, string, string]>([
    ['a packet without a socket has not that uid', notUid(1337), noSocket, 'match', 'match', 'no-match'],
    [
      'nor another one',
      { kind: 'owner', uid: { negated: false, value: range(0) } },
      noSocket,
      'no-match',
      'no-match',
      'no-match',
    ],
    ['a port of tcp in a datagram', port(80), udp, 'match', 'match', 'no-match'],
    ['another port of tcp in a datagram', port(81, true), udp, 'match', 'match', 'no-match'],
    ['two inverted ports, one of them hit', twoPorts, stateOf(), 'no-match', 'undetermined', 'undetermined'],
    ['two inverted ports, none hit', twoPorts, stateOf({ sourcePort: 1 }), 'match', 'match', 'match'],
    ['two inverted ports, both hit', twoPorts, stateOf({ destinationPort: 15006 }), 'no-match', 'no-match', 'no-match'],
    ['no connection, no connection mark', ctmark, stateOf({ ctState: 'INVALID' }), 'no-match', 'no-match', 'no-match'],
    ['the mark of a template', ctmark, stateOf({}, { conntrack: 'template' }), 'match', 'match', 'no-match'],
    ['NEW before connection tracking', fresh, stateOf({}, { conntrack: 'none' }), 'no-match', 'no-match', 'no-match'],
    ['NEW with a template', fresh, stateOf({}, { conntrack: 'template' }), 'match', 'match', 'match'],
    ['a mark under a mask', mark, stateOf({ mark: 0x1539 }), 'match', 'match', 'match'],
    [
      'an id that was not given',
      notUid(1337),
      stateOf({ uid: null, gid: 5 }),
      'undetermined',
      'undetermined',
      'undetermined',
    ],
  ])('%s', (_, match, state, xt, onNft, nft) => {
    const outcomes = (['xt', 'xt-on-nft', 'nft'] as const).map((semantics) => matchOutcome(match, state, semantics));
    expect(outcomes).toEqual([xt, onNft, nft]);
  });

  it('takes no address of the other family for another address', () => {
    const other: Match = {
      kind: 'source',
      negated: true,
      network: { family: 'ipv6', address: 1n, mask: (1n << 128n) - 1n },
    };
    expect(matchOutcome(other, stateOf(), 'nft')).toBe('no-match');
  });

  it('leaves open what it does not know', () => {
    expect(matchOutcome({ kind: 'unknown', raw: '-m ipvs' }, stateOf(), 'xt')).toBe('undetermined');
    expect(matchOutcome({ kind: 'opaque', module: 'icmp', args: [] }, stateOf(), 'xt')).toBe('no-match');
  });
});
