import fc from 'fast-check';
import { maybe, one, PEER, type Text } from '../../evaluate/random/vocabulary.ts';
import { type Headers, matchesFor } from './matches.ts';

/** What a base chain is for decides which statements nft allows in it. */
export type Purpose = 'raw' | 'mangle' | 'nat' | 'filter';

/** Where a rule stands. */
export interface Place {
  readonly family: 'inet' | 'ip';
  readonly purpose: Purpose;
  readonly hook: 'prerouting' | 'output';
}

const marking: Text = fc.constantFrom(
  ...['meta mark set 0x539', 'meta mark set 0x111', 'meta mark set meta mark & 0xfffff000 | 0x539'],
  ...[
    'meta mark set ct mark',
    'ct mark set meta mark',
    'ct mark set 0x111',
    'ct mark set ct mark & 0xfffff000 | 0x111',
  ],
);

/** A port can only be given where the protocol is known, an address where the family is. */
function rewriting({ transport, network }: Headers): Text {
  if (transport === null) return fc.constant('redirect');
  const redirects = ['redirect to :15001', 'redirect to :15006', 'redirect to :15001-15006', 'redirect'];
  const translations = {
    ip: `dnat ip to ${PEER.ipv4}:9090`,
    ip6: `dnat ip6 to [${PEER.ipv6}]:9090`,
  };
  return fc.constantFrom(...redirects, ...(network === null ? [] : [translations[network]]));
}

function tproxy({ transport, network }: Headers, { family }: Place): Text {
  if (transport === null) return fc.constant('accept');
  const to = network === null || family === 'ip' ? 'tproxy to :15001' : `tproxy ${network} to :15006`;
  return maybe(fc.constant(' accept'), 1).map((end) => `${to}${end}`);
}

function statements(place: Place, headers: Headers, chains: readonly string[]): Text {
  const jumps = chains.length > 0 ? [one(chains.flatMap((chain) => [`jump ${chain}`, `goto ${chain}`]))] : [];
  const common = fc.oneof(fc.constantFrom('accept', 'return', 'drop'), ...jumps, ...jumps);
  const both = fc.tuple(marking, maybe(common, 1)).map((parts) => parts.join(' ').trim());
  switch (place.purpose) {
    case 'raw':
      return fc.oneof(
        common,
        both,
        fc.constantFrom('ct zone set 1', 'ct zone set 2 accept', 'notrack', 'notrack return'),
      );
    case 'mangle':
      return fc.oneof(common, both, ...(place.hook === 'prerouting' ? [tproxy(headers, place)] : []));
    case 'nat':
      return fc.oneof(common, rewriting(headers), both);
    case 'filter':
      return fc.oneof(common, both, fc.constantFrom('log', 'counter', place.hook === 'output' ? 'reject' : 'drop'));
  }
}

function ruleIn(place: Place, chains: readonly string[]): Text {
  const headers = fc.record<Headers>({
    transport: fc.constantFrom('tcp', 'tcp', 'udp', null),
    network: place.family === 'ip' ? fc.constantFrom('ip', null) : fc.constantFrom('ip', 'ip6', null, null),
  });
  return headers
    .chain((some) => fc.tuple(matchesFor(some), statements(place, some, chains)))
    .map((parts) => parts.join(' ').trim());
}

/** A base chain and two of its own below it, declared before what leads to them; there is no loop. */
export function arbitraryChains(place: Place, base: string): fc.Arbitrary<readonly string[]> {
  const name = `${place.purpose}_${place.hook}`;
  const names = [name, `${name}_a`, `${name}_b`];
  return fc
    .tuple(...names.map((_, i) => fc.array(ruleIn(place, names.slice(i + 1)), { maxLength: i === 0 ? 5 : 4 })))
    .map((lists) => lists.map((rules, i) => [...(i === 0 ? [base] : []), ...rules]))
    .map((lists) =>
      lists.map((lines, i) => [`  chain ${names[i]} {`, ...lines.map((l) => `    ${l}`), '  }'].join('\n')),
    )
    .map((chains) => chains.toReversed());
}
