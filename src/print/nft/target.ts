import { formatAddress } from '../../model/address.ts';
import type { NatRange, Target, TargetOf } from '../../model/target.ts';
import { familyWord, formatMark, formatRange, identifier, oneLine } from './values.ts';

/** The statements of a target; several where nft needs more than one. */
export function printTarget(target: Target): string[] {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return [target.kind];
    case 'jump':
    case 'goto':
      return [`${target.kind} ${identifier(target.chain)}`];
    case 'redirect':
    case 'masquerade':
      return [`${target.kind}${printGoal('', target.ports)}${printFlags(target.flags)}`];
    case 'dnat':
    case 'snat':
      return [printNat(target)];
    case 'tproxy':
      return printTproxy(target);
    case 'mark':
      return printChange('meta mark', target);
    case 'connmark-set':
      return printChange('ct mark', target);
    case 'connmark-save':
      return [printCopy('ct mark', target.ctmask, 'meta mark', target.nfmask)];
    case 'connmark-restore':
      return [printCopy('meta mark', target.nfmask, 'ct mark', target.ctmask)];
    case 'ct':
      return [printCt(target)];
    case 'reject':
      return [target.with === undefined ? 'reject' : `reject with ${oneLine(target.with)}`];
    case 'continue':
      return [oneLine([target.module, ...target.args].join(' '))];
    case 'unknown':
      return [oneLine(target.raw)];
  }
}

function printGoal(address: string, ports: NatRange['ports']): string {
  const port = ports === undefined ? '' : `:${formatRange(ports)}`;
  return address === '' && port === '' ? '' : ` to ${address}${port}`;
}

/** nft's order of the flags, and iptables' words for them, which the model has. */
const FLAGS: readonly (readonly [string, string])[] = [
  ['--random', 'random'],
  ['--random-fully', 'fully-random'],
  ['--persistent', 'persistent'],
];

function printFlags(flags: readonly string[]): string {
  const named = FLAGS.filter(([token]) => flags.includes(token)).map(([, name]) => name);
  return named.length === 0 ? '' : ` ${named.join(',')}`;
}

function printNat(target: TargetOf<'dnat' | 'snat'>): string {
  const { address, ports } = target;
  const family = address === undefined ? '' : ` ${familyWord(address.family)}`;
  return `${target.kind}${family}${printGoal(address ? printAddresses(address, ports) : '', ports)}${printFlags(target.flags)}`;
}

function printAddresses(range: NonNullable<NatRange['address']>, ports: NatRange['ports']): string {
  const ends = range.from === range.to ? [range.from] : [range.from, range.to];
  const texts = ends.map((end) => formatAddress(range.family, end));
  return texts.map((text) => (range.family === 'ipv6' && ports !== undefined ? `[${text}]` : text)).join('-');
}

/** iptables' TPROXY also changes the mark; in nft that is a statement of its own. */
function printTproxy({ family, address, port, mark }: TargetOf<'tproxy'>): string[] {
  const ports = port === 0 ? undefined : { from: port, to: port };
  const text = address === 0n ? '' : printAddresses({ family, from: address, to: address }, ports);
  const changed = mark.mask === 0 && mark.value === 0 ? [] : printChange('meta mark', mark);
  return [`tproxy ${familyWord(family)}${printGoal(text, ports)}`, ...changed];
}

/**
 * `(old & ~mask) ^ value` in the form that nft 1.0.6 prints: what the kernel stores is `(old & a) ^ x`, and nft shows it
 * as `old & (a | x) | x` where x lies inside the cleared bits.
 */
function printChange(selector: string, change: { readonly value: number; readonly mask: number }): string[] {
  const kept = ~change.mask >>> 0;
  const value = change.value >>> 0;
  return [`${selector} set ${kept === 0 ? formatMark(value) : printBits(selector, kept, value)}`];
}

function printBits(source: string, kept: number, value: number): string {
  const toggled = (value & kept) >>> 0;
  if (value === 0) return kept === 0xffffffff ? source : `${source} & ${formatMark(kept)}`;
  if (kept === 0xffffffff) return `${source} ^ ${formatMark(value)}`;
  if (toggled !== 0) return `${source} & ${formatMark(kept)} ^ ${formatMark(value)}`;
  const rest = (kept | value) >>> 0;
  return rest === 0xffffffff
    ? `${source} | ${formatMark(value)}`
    : `${source} & ${formatMark(rest)} | ${formatMark(value)}`;
}

/** `own := (own & ~cleared) ^ (other & taken)`. With bits of its own kept, nft before 1.1 cannot load it. */
function printCopy(own: string, cleared: number, other: string, taken: number): string {
  const copied = printBits(other, taken >>> 0, 0);
  const kept = ~cleared >>> 0;
  return kept === 0 ? `${own} set ${copied}` : `${own} set ${own} & ${formatMark(kept)} ^ ${copied}`;
}

function printCt(target: TargetOf<'ct'>): string {
  if (target.notrack) return 'notrack';
  const direction = target.direction === undefined ? '' : `${target.direction} `;
  return target.zone === undefined
    ? oneLine(['ct', ...target.rest].join(' '))
    : `ct ${direction}zone set ${target.zone}`;
}
