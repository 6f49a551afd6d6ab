import type { Negatable, TcpFlags } from '../../../model/match.ts';
import type { Expression } from '../syntax.ts';
import type { Condition, Resolver } from './condition.ts';

/** Flags in the order of their bits; nft -n prints the bit. */
const FLAGS: readonly string[] = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

/**
 * `tcp flags`. "Any of these" is "not none of these". Comparing the whole byte (`tcp flags == syn`) involves ECE and
 * CWR, which the model's flags leave out.
 */
export const tcpFlagsResolver: Resolver = (condition) => {
  const flags = condition.mask === null ? unmasked(condition) : masked(condition, condition.mask);
  return flags && [{ kind: 'tcp', flags }];
};

function unmasked({ comparison, right }: Condition): Negatable<TcpFlags> | null {
  const named = flagsIn(right);
  if (named === null || named.length === 0) return null;
  if (comparison === '!') return { negated: false, value: { mask: named, set: [] } };
  if (comparison !== 'in') return null;
  return named.length === 1
    ? { negated: false, value: { mask: named, set: named } }
    : { negated: true, value: { mask: named, set: [] } };
}

function masked({ comparison, right }: Condition, bits: Expression): Negatable<TcpFlags> | null {
  const [mask, set] = [flagsIn(bits), flagsIn(right)];
  if (mask === null || set === null || (comparison !== '==' && comparison !== '!=')) return null;
  return set.every((flag) => mask.includes(flag)) ? { negated: comparison === '!=', value: { mask, set } } : null;
}

/** The flags of `syn`, `syn,ack`, `syn | ack` or `0`, in the order of their bits. */
function flagsIn(expression: Expression): string[] | null {
  const names = namesIn(expression);
  return names && FLAGS.filter((flag) => names.includes(flag));
}

function namesIn(expression: Expression): string[] | null {
  if (expression.kind === 'list') return joined(expression.parts.map(namesIn));
  if (expression.kind === 'binary' && expression.operator === '|') {
    return joined([namesIn(expression.left), namesIn(expression.right)]);
  }
  if (expression.kind !== 'value') return null;
  if (/^(?:0|0x0+)$/.test(expression.text)) return [];
  const upper = expression.text.toUpperCase();
  const bit = FLAGS.findIndex((_, position) => expression.text === `0x${(1 << position).toString(16)}`);
  const name = FLAGS.includes(upper) ? upper : FLAGS[bit];
  return name === undefined ? null : [name];
}

function joined(lists: readonly (string[] | null)[]): string[] | null {
  return lists.every((list) => list !== null) ? lists.flat() : null;
}
