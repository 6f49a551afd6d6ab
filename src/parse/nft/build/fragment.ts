import type { Resolver } from './condition.ts';
import { unsigned } from './intervals.ts';

/** The offset in the second half of `frag-off`, in front of which stand three bits (RFC 791). */
const OFFSET = 0x1fffn;

/** `ip frag-off & 0x1fff != 0`, which iptables-nft writes for `-f`: second and further fragments. */
export const fragmentResolver: Resolver = ({ mask, right, comparison }, scene) => {
  if (mask?.kind !== 'value' || right.kind !== 'value' || (comparison !== '==' && comparison !== '!=')) return null;
  if (scene.family !== 'ipv4' || unsigned(mask.text) !== OFFSET || unsigned(right.text) !== 0n) return null;
  return [{ kind: 'fragment', negated: comparison === '==' }];
};
