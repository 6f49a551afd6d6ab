import { formatAddress } from '../../model/address.ts';
import type { MarkChange, NatRange, Target, TargetOf } from '../../model/target.ts';
import { printPorts } from './ports.ts';
import { joinArguments } from './quote.ts';

/** A target as the `-S` of iptables 1.8.9 prints it: `-j REDIRECT --to-ports 15001`, `-g CHAIN`. */
export function printTarget(target: Target): string {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${target.kind.toUpperCase()}`;
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    case 'reject':
      return target.with === undefined ? '-j REJECT' : `-j REJECT --reject-with ${target.with}`;
    case 'continue':
      return words('-j', target.module, joinArguments(target.args));
    case 'unknown':
      return target.raw;
    default:
      return printChange(target);
  }
}

type Plain = 'accept' | 'drop' | 'return' | 'jump' | 'goto' | 'reject' | 'continue' | 'unknown';

function printChange(target: Exclude<Target, { kind: Plain }>): string {
  switch (target.kind) {
    case 'redirect':
    case 'masquerade':
      return printPortTarget(target);
    case 'dnat':
      return words('-j DNAT --to-destination', natRange(target), ...target.flags);
    case 'snat':
      return words('-j SNAT --to-source', natRange(target), ...target.flags);
    case 'tproxy':
      return `-j TPROXY --on-port ${target.port} --on-ip ${formatAddress(target.family, target.address)} --tproxy-mark ${change(target.mark)}`;
    case 'mark':
      return `-j MARK --set-xmark ${change(target)}`;
    case 'connmark-set':
      return `-j CONNMARK --set-xmark ${change(target)}`;
    case 'connmark-save':
    case 'connmark-restore':
      return `-j CONNMARK --${target.kind.slice('connmark-'.length)}-mark --nfmask ${hex(target.nfmask)} --ctmask ${hex(target.ctmask)}`;
    case 'ct':
      return printCt(target);
  }
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function change(mark: MarkChange): string {
  return `${hex(mark.value)}/${hex(mark.mask)}`;
}

function printPortTarget(target: TargetOf<'redirect' | 'masquerade'>): string {
  const ports = target.ports === undefined ? '' : `--to-ports ${printPorts(target.ports, '-')}`;
  return words(`-j ${target.kind.toUpperCase()}`, ports, ...target.flags);
}

/** IPv6 addresses stand in brackets only where ports follow them. */
function natRange(target: NatRange): string {
  const ports = target.ports === undefined ? '' : `:${printPorts(target.ports, '-')}`;
  if (target.address === undefined) return ports;
  const { from, to, family } = target.address;
  const addresses =
    from === to ? formatAddress(family, from) : `${formatAddress(family, from)}-${formatAddress(family, to)}`;
  return family === 'ipv6' && ports !== '' ? `[${addresses}]${ports}` : `${addresses}${ports}`;
}

function printCt(target: TargetOf<'ct'>): string {
  if (target.spelling === 'NOTRACK') return '-j NOTRACK';
  const direction = target.direction === undefined ? '' : target.direction === 'original' ? '-orig' : '-reply';
  const zone = target.zone === undefined || target.zone === 0 ? '' : `--zone${direction} ${target.zone}`;
  return words('-j CT', target.notrack ? '--notrack' : '', joinArguments(target.rest), zone);
}
