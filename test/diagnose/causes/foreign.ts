import { expectedRuleset } from '../../../src/expect/layout.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Chain, Ruleset, Table } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import type { Case } from './case.ts';

/** Another program's rules as `iptables-restore --noflush` takes them; `-I` goes to the head of a chain. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'docker with published ports': `*nat
:DOCKER - [0:0]
-I PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-I OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 172.17.0.3:443
-A DOCKER ! -i docker0 -p udp -m udp --dport 53 -j DNAT --to-destination 172.17.0.4:53
COMMIT
`,
  'hostPorts of portmap': `*nat
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-DN-a1b2c3 - [0:0]
:CNI-DN-d4e5f6 - [0:0]
-I PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports 8080 -j CNI-DN-a1b2c3
-A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports 9090 -j CNI-DN-d4e5f6
-A CNI-DN-a1b2c3 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.7:80
-A CNI-DN-d4e5f6 -p tcp -m tcp --dport 9090 -j DNAT --to-destination 10.0.0.8:90
COMMIT
`,
  'kube-proxy': `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAA - [0:0]
:KUBE-SVC-BBBB - [0:0]
-I PREROUTING -j KUBE-SERVICES
-I OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-AAAA
-A KUBE-SERVICES -d 10.96.0.11/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-BBBB
-A KUBE-SVC-AAAA -p tcp -m tcp -j DNAT --to-destination 10.1.0.4:8080
-A KUBE-SVC-BBBB -p tcp -m tcp -j DNAT --to-destination 10.1.0.5:8443
COMMIT
`,
  'a VPN with a kill switch': `*raw
-A PREROUTING ! -i wg0 -d 10.66.0.2/32 -m addrtype ! --src-type LOCAL -j DROP
COMMIT
*filter
-A OUTPUT ! -o wg0 -p tcp -m mark ! --mark 0xca6c -m addrtype ! --dst-type LOCAL -j REJECT
-A OUTPUT ! -o wg0 -p udp -m mark ! --mark 0xca6c -m addrtype ! --dst-type LOCAL -j REJECT
COMMIT
`,
  fail2ban: `*filter
:f2b-sshd - [0:0]
:f2b-web - [0:0]
-I INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
-I INPUT -p tcp -m multiport --dports 80,443 -j f2b-web
-A f2b-sshd -s 203.0.113.9/32 -j REJECT
-A f2b-sshd -j RETURN
-A f2b-web -s 203.0.113.9/32 -j REJECT
-A f2b-web -s 203.0.113.10/32 -j REJECT
-A f2b-web -j RETURN
COMMIT
`,
  'another mesh': `*nat
:PROXY_INIT_REDIRECT - [0:0]
:PROXY_INIT_OUTPUT - [0:0]
-I PREROUTING -j PROXY_INIT_REDIRECT
-I OUTPUT -j PROXY_INIT_OUTPUT
-A PROXY_INIT_REDIRECT -p tcp -m multiport --dports 4190,4191 -j RETURN
-A PROXY_INIT_REDIRECT -p tcp -j REDIRECT --to-ports 4143
-A PROXY_INIT_OUTPUT -m owner --uid-owner 2102 -j RETURN
-A PROXY_INIT_OUTPUT -o lo -j RETURN
-A PROXY_INIT_OUTPUT -p tcp -j REDIRECT --to-ports 4140
COMMIT
`,
  'a transparent proxy': `*nat
-I PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128
-I PREROUTING -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 3129
-I OUTPUT -p tcp -m tcp --dport 80 -m owner ! --uid-owner 13 -j REDIRECT --to-ports 3128
-I OUTPUT -p tcp -m tcp --dport 443 -m owner ! --uid-owner 13 -j REDIRECT --to-ports 3129
COMMIT
`,
  'an agent that lets itself by': `*nat
:AGENT_OUT - [0:0]
-I OUTPUT -j AGENT_OUT
-A AGENT_OUT -m owner --uid-owner 999 -j ACCEPT
-A AGENT_OUT -d 10.20.0.0/16 -p tcp -m tcp --dport 8126 -j ACCEPT
-A AGENT_OUT -o net5 -j ACCEPT
COMMIT
`,
};

/** The layout with one other program's rules beside it, in front of Istio's where that program puts them. */
export function foreignCases(config: Config): Case[] {
  const expected = expectedRuleset(config);
  return Object.entries(PROGRAMS).map(([what, text]) => ({
    kind: 'foreign',
    what,
    config,
    live: beside(expected, text),
  }));
}

function beside({ tables }: Ruleset, text: string): Ruleset {
  const inFront = new Set(
    text
      .split('\n')
      .filter((line) => line.startsWith('-I '))
      .map((line) => line.replace('-I', '-A')),
  );
  const backend = tables[0]?.backend === 'nftables' ? 'iptables-nft' : (tables[0]?.backend ?? 'iptables');
  const program = parseIptables(text.replaceAll('\n-I ', '\n-A '), {
    source: 'program',
    family: 'ipv4',
    backend,
  }).tables;
  const merged = tables.map((table) =>
    mergedWith(
      table,
      program.find((one) => isSame(one, table)),
      inFront,
    ),
  );
  return { tables: [...merged, ...program.filter((one) => !tables.some((table) => isSame(one, table)))] };
}

function isSame(a: Table, b: Table): boolean {
  return a.family === b.family && a.name === b.name && a.backend === b.backend;
}

function mergedWith(table: Table, added: Table | undefined, inFront: ReadonlySet<string>): Table {
  if (added === undefined) return table;
  const chains = table.chains.map((chain) =>
    withRules(
      chain,
      added.chains.find(({ name }) => name === chain.name),
      inFront,
    ),
  );
  return {
    ...table,
    chains: [...chains, ...added.chains.filter(({ name }) => !table.chains.some((one) => one.name === name))],
  };
}

function withRules(chain: Chain, added: Chain | undefined, inFront: ReadonlySet<string>): Chain {
  const front = added?.rules.filter(({ text }) => inFront.has(text)) ?? [];
  const back = added?.rules.filter(({ text }) => !inFront.has(text)) ?? [];
  return { ...chain, rules: [...front, ...chain.rules, ...back].map((rule, at) => ({ ...rule, index: at + 1 })) };
}
