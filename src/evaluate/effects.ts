import { formatAddress } from '../model/address.ts';
import { hasPorts } from '../model/protocol.ts';
import type { MarkChange, TargetOf } from '../model/target.ts';
import type { TargetThat } from '../model/target-effects.ts';
import { hasConnection, inRanges, visibleConnmark } from './match.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** `(old & ~mask) ^ value`, as an unsigned 32-bit number (xt_mark.c, xt_connmark.c). */
export function changeMark(old: number, change: MarkChange): number {
  return ((old & ~change.mask) ^ change.value) >>> 0;
}

/** Carries out a target that lets the packet go on. */
export function applyEffect(target: TargetThat<{ way: 'on' }>, state: State, semantics: Semantics): void {
  switch (target.kind) {
    case 'mark':
      setMark(state, changeMark(state.mark, target));
      return;
    case 'connmark-set':
      if (hasConnection(state)) state.connmark = changeMark(state.connmark, target);
      return;
    case 'connmark-save':
      if (hasConnection(state)) {
        state.connmark = changeMark(state.connmark, { value: state.mark & target.nfmask, mask: target.ctmask });
      }
      return;
    case 'connmark-restore':
      restoreMark(target, state, semantics);
      return;
    case 'ct':
      applyCt(target, state, semantics);
      return;
    case 'continue':
      return;
    default:
      target satisfies never;
  }
}

function restoreMark(target: TargetOf<'connmark-restore'>, state: State, semantics: Semantics): void {
  const connmark = visibleConnmark(state, semantics);
  if (connmark === null) return;
  setMark(state, changeMark(state.mark, { value: connmark & target.ctmask, mask: target.nfmask }));
}

function setMark(state: State, mark: number): void {
  state.mark = mark;
  state.markSet = true;
}

/** Whether a CT target still does something to a packet that already has something attached. */
export function takesCt(target: TargetOf<'ct'>, conntrack: State['conntrack'], semantics: Semantics): boolean {
  // xt_CT.c, nft_ct.c: the first that attached something to the packet wins; but `ct zone set` ignores notrack.
  return conntrack === 'none' || (semantics === 'nft' && conntrack === 'untracked' && !target.notrack);
}

function applyCt(target: TargetOf<'ct'>, state: State, semantics: Semantics): void {
  if (!takesCt(target, state.conntrack, semantics)) return;
  state.conntrack = target.notrack ? 'untracked' : 'template';
  if (!target.notrack && target.zone !== undefined) state.zone = target.zone;
}

/** Rewrites the destination as REDIRECT does: to the loopback address in OUTPUT, to the own address in PREROUTING. */
export function applyRedirect(target: TargetOf<'redirect'>, state: State): void {
  if (state.hook === 'OUTPUT') state.destination = state.family === 'ipv4' ? 0x7f000001n : 1n;
  if (hasPorts(state.protocol) && target.ports) {
    state.destinationPort = portInRange(target.ports, state.destinationPort, target.flags);
  }
  state.nat = { kind: 'redirect', port: state.destinationPort };
}

/**
 * The port nat chooses: the packet's own if it lies in the range, else the first of the range
 * (nf_nat_l4proto_unique_tuple); with --random it cannot be predicted (null).
 */
function portInRange(
  ports: { readonly from: number; readonly to: number },
  current: number | null,
  flags: readonly string[],
): number | null {
  if (ports.from === ports.to) return ports.from;
  if (flags.some((flag) => flag.startsWith('--random'))) return null;
  return current !== null && inRanges([ports], current) ? current : ports.from;
}

/** Rewrites the destination as DNAT does. */
export function applyDnat(target: TargetOf<'dnat'>, state: State): void {
  if (target.address) state.destination = target.address.from;
  if (target.ports && hasPorts(state.protocol)) {
    state.destinationPort = portInRange(target.ports, state.destinationPort, target.flags);
  }
  const address = formatAddress(state.family, state.destination);
  const port = target.ports ? state.destinationPort : null;
  const host = state.family === 'ipv6' && port !== null ? `[${address}]` : address;
  state.nat = { kind: 'dnat', to: port === null ? host : `${host}:${port}` };
}

/** Notes the socket that TPROXY hands the packet to, and sets its mark. */
export function applyTproxy(target: TargetOf<'tproxy'>, state: State): void {
  state.tproxy = { port: target.port === 0 ? (state.destinationPort ?? 0) : target.port };
  if (target.mark.mask !== 0 || target.mark.value !== 0) setMark(state, changeMark(state.mark, target.mark));
}
