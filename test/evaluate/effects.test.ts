import { describe, expect, it } from 'vitest';
import { applyDnat, applyEffect, applyRedirect, applyTproxy, changeMark } from '../../src/evaluate/effects.ts';
import type { Semantics } from '../../src/evaluate/semantics.ts';
import type { State } from '../../src/evaluate/state.ts';
import type { TargetOf } from '../../src/model/target.ts';
import type { TargetThat } from '../../src/model/target-effects.ts';
import { stateOf } from './packet-of.ts';

function changed(target: TargetThat<{ way: 'on' }>, state: State, semantics: Semantics = 'xt'): State {
  applyEffect(target, state, semantics);
  return state;
}

const notrack: TargetOf<'ct'> = { kind: 'ct', notrack: true, rest: [] };
const zone = (number: number): TargetOf<'ct'> => ({ kind: 'ct', notrack: false, zone: number, rest: [] });
const untouched = () => stateOf({}, { conntrack: 'none' });

describe('changeMark', () => {
  it('clears the bits of the mask and then toggles those of the value, also outside of the mask', () => {
    expect(changeMark(0xff, { value: 0x539, mask: 0xffffffff })).toBe(0x539);
    expect(changeMark(0x1f, { value: 0x10, mask: 0xf })).toBe(0);
    expect(changeMark(0, { value: 0x80000000, mask: 0 })).toBe(0x80000000);
  });
});

describe('applyEffect', () => {
  it('copies marks between packet and connection under both masks', () => {
    const masks = { nfmask: 0xff, ctmask: 0xf0f };
    expect(changed({ kind: 'connmark-save', ...masks }, stateOf({ mark: 0x123, connmark: 0xfff })).connmark).toBe(0xd3);
    expect(changed({ kind: 'connmark-restore', ...masks }, stateOf({ mark: 0x1ff, connmark: 0xa0b })).mark).toBe(0xb0b);
  });

  it('writes no connection mark where there is no connection', () => {
    const set: TargetOf<'connmark-set'> = { kind: 'connmark-set', value: 1, mask: 0xffffffff };
    expect(changed(set, stateOf({ ctState: 'INVALID' })).connmark).toBe(0);
    expect(changed(set, stateOf({ ctState: 'ESTABLISHED' })).connmark).toBe(1);
  });

  it('keeps the first CT target, but nft sets a zone after notrack', () => {
    expect(changed(zone(2), changed(zone(1), untouched()))).toMatchObject({ conntrack: 'template', zone: 1 });
    expect(changed(zone(2), changed(notrack, untouched()))).toMatchObject({ conntrack: 'untracked', zone: null });
    const native = changed(zone(2), changed(notrack, untouched(), 'nft'), 'nft');
    expect(native).toMatchObject({ conntrack: 'template', zone: 2 });
  });
});

describe('what rewrites the destination', () => {
  it('redirects to loopback in OUTPUT and keeps the address in PREROUTING', () => {
    const out = stateOf();
    applyRedirect({ kind: 'redirect', ports: { from: 15001, to: 15001 }, flags: [] }, out);
    expect(out).toMatchObject({ destination: 0x7f000001n, destinationPort: 15001 });
    const incoming = stateOf({ hook: 'PREROUTING', destination: '10.0.0.5' });
    applyRedirect({ kind: 'redirect', ports: { from: 15006, to: 15006 }, flags: [] }, incoming);
    expect(incoming).toMatchObject({ destination: 0x0a000005n, nat: { kind: 'redirect', port: 15006 } });
  });

  it('keeps a port that lies in the range, and foretells no random one', () => {
    const ports = { from: 80, to: 90 };
    const kept = stateOf();
    applyRedirect({ kind: 'redirect', ports, flags: [] }, kept);
    expect(kept.destinationPort).toBe(80);
    const random = stateOf();
    applyRedirect({ kind: 'redirect', ports, flags: ['--random'] }, random);
    expect(random.nat).toEqual({ kind: 'redirect', port: null });
  });

  it('changes no port of a protocol that has none', () => {
    const state = stateOf({ protocol: '47' });
    applyDnat({ kind: 'dnat', ports: { from: 90, to: 90 }, flags: [] }, state);
    expect(state.destinationPort).toBeNull();
  });

  it('takes the own port for TPROXY to port 0', () => {
    const state = stateOf();
    applyTproxy(
      { kind: 'tproxy', port: 0, address: 0n, family: 'ipv4', mark: { value: 0x539, mask: 0xffffffff } },
      state,
    );
    expect(state).toMatchObject({ tproxy: { port: 80 }, mark: 0x539, markSet: true });
  });
});
