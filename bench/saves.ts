import { dice } from './texts.ts';

/** A save that `parse` is measured with. */
export interface Save {
  readonly name: string;
  /** Rules, chain by chain, as iptables-save prints them. */
  readonly text: (count: number) => string;
}

/** Two kinds: what a busy node holds, and the barest rules there are, which a C program reads almost for nothing. */
export const SAVES: readonly Save[] = [
  { name: 'rules of many kinds', text: mixed },
  { name: 'exclusions only', text: exclusions },
];

const BUILT_IN = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];

function save(chains: ReadonlyMap<string, readonly string[]>): string {
  const heads = [
    ...BUILT_IN.map((name) => `:${name} ACCEPT [12:720]`),
    ...[...chains.keys()].map((name) => `:${name} - [0:0]`),
  ];
  return ['*nat', ...heads, ...[...chains.values()].flat(), 'COMMIT', ''].join('\n');
}

/** Services with endpoints as kube-proxy writes them, and exclusions and owners as Istio does, half of them counted. */
function mixed(count: number): string {
  const roll = dice(7);
  const chains = new Map<string, string[]>();
  for (let i = 0; i < count; i += 1) {
    const { chain, rule } = mixedRule(i, roll);
    const rules = chains.get(chain) ?? [];
    const counters = i % 2 === 0 ? '' : `[${roll(100_000)}:${roll(10_000_000)}] `;
    rules.push(`${counters}-A ${chain} ${rule}`);
    chains.set(chain, rules);
  }
  return save(chains);
}

function mixedRule(index: number, roll: (below: number) => number): { chain: string; rule: string } {
  const address = `10.${roll(256)}.${roll(256)}.${roll(256)}`;
  const port = 1 + roll(65_000);
  const service = `KUBE-SVC-${String(index % 50).padStart(5, '0')}`;
  const comment = `-m comment --comment "default/svc-${index % 300}:http"`;
  switch (index % 8) {
    case 0:
      return { chain: 'ISTIO_INBOUND', rule: `-p tcp -m tcp --dport ${port} -j RETURN` };
    case 1:
      return { chain: 'ISTIO_OUTPUT', rule: `-d ${address}/32 -j RETURN` };
    case 2:
      return {
        chain: 'ISTIO_OUTPUT',
        rule: `-p udp -m udp --dport ${port} -m comment --comment "skip ${index}" -j RETURN`,
      };
    case 3:
      return {
        chain: 'ISTIO_OUTPUT',
        rule: `! -d 127.0.0.1/32 -o lo -m owner --uid-owner ${1000 + roll(5000)} -j ISTIO_INBOUND`,
      };
    case 4:
      return { chain: service, rule: `-s ${address}/32 ${comment} -j MARK --set-xmark 0x4000/0x4000` };
    case 5:
      return { chain: service, rule: `-p tcp ${comment} -m tcp -j DNAT --to-destination ${address}:${port}` };
    case 6:
      return {
        chain: 'ISTIO_OUTPUT',
        rule: `-p tcp -m multiport --dports ${port},${port + 1} -m conntrack --ctstate NEW -j RETURN`,
      };
    default:
      return {
        chain: 'ISTIO_OUTPUT',
        rule: `-d ${address}/32 -p tcp -m tcp --dport ${port} -j REDIRECT --to-ports 15001`,
      };
  }
}

function exclusions(count: number): string {
  const half = Math.floor(count / 2);
  const ports = Array.from(
    { length: half },
    (_, i) => `-A ISTIO_INBOUND -p tcp -m tcp --dport ${1 + (i % 65_000)} -j RETURN`,
  );
  const ranges = Array.from(
    { length: count - half },
    (_, i) => `-A ISTIO_OUTPUT -d 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32 -j RETURN`,
  );
  return save(
    new Map([
      ['ISTIO_INBOUND', ports],
      ['ISTIO_OUTPUT', ranges],
    ]),
  );
}
