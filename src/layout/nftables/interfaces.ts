import type { Config } from '../../model/config.ts';
import type { Match } from '../../model/match.ts';
import { inInterface, outInterface } from '../clauses.ts';

/** The packet came in by an interface of that name, as nft reads names. */
export function cameBy(name: string): Match {
  return isPlus(name) ? literally('iifname', name) : inInterface(readByNft(name));
}

/** The packet leaves by an interface of that name, as nft reads names. */
export function leavesBy(name: string): Match {
  return isPlus(name) ? literally('oifname', name) : outInterface(readByNft(name));
}

/** Whether nft refuses the whole transaction: it knows no wildcard for all names. */
export function namesFail({ excludeInterfaces, rerouteVirtualInterfaces }: Config): boolean {
  return [...excludeInterfaces, ...rerouteVirtualInterfaces].includes('*');
}

/** Istio hands names on as they are, and nft has another wildcard than iptables: `*`, which the model writes as `+`. */
function readByNft(name: string): string {
  return name.endsWith('*') ? `${name.slice(0, -1)}+` : name;
}

/** A plus sign at the end means itself to nft, for which the model has no form. */
function isPlus(name: string): boolean {
  return name.endsWith('+');
}

function literally(selector: 'iifname' | 'oifname', name: string): Match {
  return { kind: 'opaque', module: selector, args: [`"${name}"`] };
}
