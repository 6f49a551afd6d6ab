import type { Obstacle } from '../model/pod.ts';
import type { ChainElsewhere } from '../parse/nft/index.ts';

/** nft's names for objects that can be pasted as they are. */
const PLAIN = /^[\w.-]+$/;

/**
 * NAT1004 for base chains on hooks that are not followed, where they can do something to a packet: it may never get to
 * the rules that are followed, or be lost after them.
 */
export function actingElsewhere(chains: readonly ChainElsewhere[]): Obstacle[] {
  return chains.filter(({ acts }) => acts).map(obstacle);
}

function obstacle({ family, table, chain, hook }: ChainElsewhere): Obstacle {
  const message =
    `the chain ${JSON.stringify(chain)} of the table ${family} ${JSON.stringify(table)} can drop or change packets on the hook ${hook}, ` +
    'where packets are not followed: what happens to one there is not known';
  const plain = [family, table, chain].every((word) => PLAIN.test(word));
  const list = plain ? `nft list chain ${family} ${table} ${chain}` : 'nft list ruleset';
  const remedy = `See what it does with \`${list}\`, and whether packets get past it with \`nft monitor trace\` or tcpdump on either side of it`;
  return { code: 'NAT1004', message, remedy, concerns: 'rules' };
}
