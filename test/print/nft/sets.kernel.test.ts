import { expect, it } from 'vitest';
import { printNft } from '../../../src/print/nft/index.ts';
import { comparable, tablesOf } from '../../parse/nft/recordings.ts';
import { describeWithKernel, inNamespace } from './namespace.ts';

const many = (count: number, value: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => value(i)).join(', ');

/** One set of each type that nft lists in its own way, and rules that name them. */
const SETS = `table inet named {
  set a { type ipv4_addr; comment "with blanks"; elements = { 10.0.0.1 comment "pod, one }", 10.0.0.2, 10.0.0.3, 10.0.0.9 comment "last" } }
  set b { type inet_service; flags interval; elements = { 1, 2, 3, 10-20, 99, 100, 101, 443, 8080, 9090, 15001 } }
  set c { type ipv6_addr; elements = { fd00::1, fd00::2, fd00::3 comment "v6" } }
  set d { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.1-192.168.1.7, 1.1.1.1 } }
  set e { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 80, 1.2.3.4 . 1-7 } }
  set f { type ifname; elements = { "eth0", "lo" } }
  set g { type mark; elements = { ${many(7, String)} } }
  set h { type inet_proto; elements = { tcp, udp, 7 } }
  set i { type ipv4_addr; flags constant; elements = { ${many(9, (i) => `10.1.0.${i}`)} } }
  set j { typeof ip saddr; elements = { 10.0.0.1 } }
  set k { type ipv4_addr; }
  chain c {
    ip daddr @a tcp dport @b accept
    ip daddr != @a drop
    ip6 saddr @c iifname @f meta mark @g return
    ip saddr . tcp dport @e accept
    ip saddr @d meta l4proto @h ip daddr @i ip saddr != @j ip daddr @k drop
  }
}
`;

describeWithKernel('named sets, loaded into a kernel and listed', () => {
  it('are printed as they were listed', () => {
    inNamespace((namespace) => {
      namespace.load(SETS);
      const listed = namespace.list();
      expect(printNft(tablesOf(listed))).toBe(listed);
      namespace.load(printNft(tablesOf(listed)));
      expect(namespace.list()).toBe(listed);
    });
  });

  it('are the same as text and as JSON, but for typeof, of which JSON names the type', () => {
    inNamespace((namespace) => {
      namespace.load(SETS.replace('typeof ip saddr', 'type ipv4_addr'));
      const json = tablesOf(namespace.list('-j', 'list', 'ruleset'));
      expect(comparable(json, 'text')).toEqual(comparable(tablesOf(namespace.list()), 'text'));
    });
  });

  it('are left open when their elements go by themselves, whichever form says so', () => {
    inNamespace((namespace) => {
      namespace.load(`table inet t {
  set short { type ipv4_addr; flags timeout; timeout 1h; elements = { 10.0.0.1 } }
  set long { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 10m } }
  chain c { ip saddr @short drop; ip saddr @long drop; }
}`);
      for (const text of [namespace.list(), namespace.list('-j', 'list', 'ruleset')]) {
        const [table] = tablesOf(text);
        expect(table?.sets?.map(({ elements }) => elements)).toEqual([null, null]);
        expect(table?.chains[0]?.rules.map(({ matches }) => matches.at(-1)?.kind)).toEqual(['opaque', 'opaque']);
      }
    });
  });
});
