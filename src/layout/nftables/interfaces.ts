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
