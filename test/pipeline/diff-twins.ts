import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';

/** In which form rules are written. */
export type Writing = 'iptables' | 'native';
export const WRITINGS: readonly Writing[] = ['iptables', 'native'];

type Edit = (text: string) => string;

/** Two edits of the same kind: one that changes nothing, and one done a little differently that does. */
export interface Twin {
  readonly name: string;
  readonly inputs?: Partial<Config>;
  readonly harmless: Readonly<Record<Writing, Edit>>;
  readonly harmful: Readonly<Record<Writing, Edit>>;
  /** What becomes of IPv4 packets by the second: the class in words, their fate now, and before. */
  readonly classes: readonly string[];
}

/** The layout that a twin starts from, as the tools print it. */
export function layoutOf({ inputs = {} }: Pick<Twin, 'inputs'>, writing: Writing): string {
  const backend = writing === 'native' ? 'nftables' : 'iptables';
  const { tables } = expectedRuleset({ ...defaultConfig('1.28.10'), ...inputs, backend });
  if (writing === 'native') return printNft(tables);
  return `# iptables-save\n${printSave(tables.filter(({ family }) => family === 'ipv4'))}`;
}

/** Puts lines in place of one that must be there; indentation is kept. */
function line(old: string, ...by: readonly string[]): Edit {
  return (text) => {
    const lines = text.split('\n');
    const at = lines.findIndex((one) => one.trim() === old);
    if (at < 0) throw new Error(`there is no line ${old}`);
    const indent = /^\s*/.exec(lines[at] ?? '')?.[0] ?? '';
    return lines.toSpliced(at, 1, ...by.map((one) => indent + one)).join('\n');
  };
}

const all =
  (...edits: readonly Edit[]): Edit =>
  (text) =>
    edits.reduce((now, edit) => edit(now), text);

const COUNT = 'counter packets 0 bytes 0';
const into = (port: number | string) => ({
  iptables: `-A ISTIO_INBOUND -p tcp -m tcp --dport ${port} -j RETURN`,
  native: `tcp dport ${port} ${COUNT} return`,
});
const CAPTURE = {
  iptables: '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
  native: `meta l4proto tcp ${COUNT} jump istio-in-redirect`,
};
const OUTBOUND = { iptables: '-A ISTIO_OUTPUT -j ISTIO_REDIRECT', native: `${COUNT} jump istio-redirect` };
const FIRST = {
  iptables: '-A PREROUTING -p tcp -j ISTIO_INBOUND',
  native: `meta l4proto tcp ${COUNT} jump istio-inbound`,
};
const OUTPUT = { iptables: '-A OUTPUT -j ISTIO_OUTPUT', native: `${COUNT} jump istio-output` };

/** The same for both forms, which name the lines. */
const both = (edit: (writing: Writing) => Edit) => ({ iptables: edit('iptables'), native: edit('native') });

/** A capture of a part of the ports. */
const captured = (from: number, to: number) => ({
  iptables: CAPTURE.iptables.replace('-p tcp', `-p tcp -m tcp --dport ${from}:${to}`),
  native: CAPTURE.native.replace('meta l4proto tcp', `tcp dport ${from}-${to}`),
});
const split = (border: number) => both((w) => line(CAPTURE[w], captured(0, 7999)[w], captured(border, 65535)[w]));

const MARKS = {
  iptables: '-A ISTIO_OUTPUT -p tcp -j MARK --set-xmark 0x77/0xffffffff',
  native: `meta l4proto tcp ${COUNT} meta mark set 0x00000077`,
};
const READS = {
  iptables: '-A ISTIO_OUTPUT -p tcp -m tcp --dport 5432 -m mark --mark 0x77 -j RETURN',
  native: `tcp dport 5432 meta mark 0x00000077 ${COUNT} return`,
};

const excluded = (block: string) => ({
  iptables: `-A ISTIO_OUTPUT -d ${block} -j RETURN`,
  native: `ip daddr ${block} ${COUNT} return`,
});
const halves = (second: string) =>
  both((w) => line(excluded('10.1.0.0/16')[w], excluded('10.1.0.0/17')[w], excluded(second)[w]));

const ACCEPT = { iptables: '-A PREROUTING -p tcp -j ACCEPT', native: `meta l4proto tcp ${COUNT} accept` };

/** A comment, and counters that went on. */
const noted = (port: number) => ({
  iptables: `[5:300] -A ISTIO_INBOUND -p tcp -m tcp --dport ${port} -m comment --comment "by hand" -j RETURN`,
  native: `tcp dport ${port} counter packets 5 bytes 300 return comment "by hand"`,
});

const renamed = {
  iptables: (text: string) => text.replaceAll('ISTIO_IN_REDIRECT', 'MESH_IN'),
  native: (text: string) => text.replaceAll('istio-in-redirect', 'mesh-in'),
};

const extraChain = (target: Readonly<Record<Writing, string>>) => ({
  iptables: all(
    line(':ISTIO_REDIRECT - [0:0]', ':EXTRA - [0:0]', ':ISTIO_REDIRECT - [0:0]'),
    line('COMMIT', ...(target.iptables === '' ? [] : [`-A EXTRA ${target.iptables}`]), 'COMMIT'),
  ),
  native: (text: string) =>
    text.replace('\tchain prerouting {', `\tchain extra {\n\t\t${target.native}\n\t}\n\n\tchain prerouting {`),
});
const toExtra = (verdict: 'jump' | 'goto') => ({
  iptables: `-A PREROUTING -p tcp -m tcp --dport 9090 -${verdict.slice(0, 1)} EXTRA`,
  native: `tcp dport 9090 ${COUNT} ${verdict} extra`,
});
const STRAY = extraChain({ iptables: '-p tcp -j ACCEPT', native: 'meta l4proto tcp accept' });
const EMPTY = extraChain({ iptables: '', native: '' });

const inState = (state: string) =>
  both((w) =>
    line(
      CAPTURE[w],
      w === 'iptables'
        ? CAPTURE.iptables.replace(' -j', ` -m conntrack --ctstate ${state} -j`)
        : CAPTURE.native.replace(COUNT, `ct state ${state.toLowerCase()} ${COUNT}`),
    ),
  );

const CAPTURED = 'ipv4 tcp all except 15008,15020-15021,15090';

export const TWINS: readonly Twin[] = [
  {
    name: 'neighbours swapped',
    harmless: both((w) => all(line(into(15021)[w]), line(into(15090)[w], into(15021)[w], into(15090)[w]))),
    harmful: both((w) => all(line(into(15090)[w]), line(CAPTURE[w], CAPTURE[w], into(15090)[w]))),
    classes: ['ipv4 tcp 15090: redirect 15006, was accept'],
  },
  {
    name: 'a list of exclusions in another order',
    harmless: both((w) => {
      const [first = '', ...rest] = [15020, 15021, 15090, 15008].map((port) => into(port)[w]);
      return all(...rest.map((one) => line(one)), line(first, first, ...rest));
    }),
    harmful: both((w) => line(into(15020)[w], into(15021)[w])),
    classes: ['ipv4 tcp 15020: redirect 15006, was accept'],
  },
  {
    name: 'a rule split in two',
    harmless: split(8000),
    harmful: split(8001),
    classes: ['ipv4 tcp 8000: accept, was redirect 15006'],
  },
  {
    name: 'a duplicate',
    harmless: both((w) => line(into(15090)[w], into(15090)[w], into(15090)[w])),
    harmful: both((w) => line(into(15090)[w], into(15090)[w], into(8080)[w])),
    classes: ['ipv4 tcp 8080: accept, was redirect 15006'],
  },
  {
    name: 'a mark of somebody else',
    harmless: both((w) => line(OUTBOUND[w], MARKS[w], OUTBOUND[w])),
    harmful: both((w) => line(OUTBOUND[w], MARKS[w], READS[w], OUTBOUND[w])),
    classes: ['ipv4 tcp all except lo all except 1337 all except 1337 5432: accept, was redirect 15001'],
  },
  {
    name: 'two ports in one rule',
    harmless: {
      iptables: all(
        line(into(15090).iptables, '-A ISTIO_INBOUND -p tcp -m multiport --dports 15021,15090 -j RETURN'),
        line(into(15021).iptables),
      ),
      native: all(line(into(15090).native, into('{ 15021, 15090 }').native), line(into(15021).native)),
    },
    harmful: both((w) =>
      all(line(into(15090)[w]), line(into(15021)[w], into(w === 'iptables' ? '15021:15022' : '15021-15022')[w])),
    ),
    classes: ['ipv4 tcp 15090: redirect 15006, was accept', 'ipv4 tcp 15022: accept, was redirect 15006'],
  },
  {
    name: 'a block of addresses as its two halves',
    inputs: { outboundIpRangesExclude: ['10.1.0.0/16'] },
    harmless: halves('10.1.128.0/17'),
    harmful: halves('10.1.128.0/18'),
    classes: [
      'ipv4 tcp all except lo all except 1337 all except 1337 10.1.192.0-10.1.255.255: redirect 15001, was accept',
    ],
  },
  {
    name: 'ACCEPT beside the policy that accepts',
    harmless: both((w) => line(FIRST[w], FIRST[w], ACCEPT[w])),
    harmful: both((w) => line(FIRST[w], ACCEPT[w], FIRST[w])),
    classes: [`${CAPTURED}: accept, was redirect 15006`],
  },
  {
    name: 'a comment, and counters that went on',
    harmless: both((w) => line(into(15090)[w], noted(15090)[w])),
    harmful: both((w) => line(into(15090)[w], noted(15091)[w])),
    classes: ['ipv4 tcp 15090: redirect 15006, was accept', 'ipv4 tcp 15091: accept, was redirect 15006'],
  },
  {
    name: 'a chain under another name',
    harmless: renamed,
    harmful: both((w) => line(CAPTURE[w], CAPTURE[w].replace('_IN_', '_').replace('-in-', '-'))),
    classes: [`${CAPTURED}: redirect 15001, was redirect 15006`],
  },
  {
    name: 'a chain more',
    harmless: STRAY,
    harmful: both((w) => all(STRAY[w], line(FIRST[w], toExtra('jump')[w], FIRST[w]))),
    classes: ['ipv4 tcp 9090: accept, was redirect 15006'],
  },
  {
    name: 'goto in place of a jump',
    harmless: both((w) => line(OUTPUT[w], OUTPUT[w].replace('-j', '-g').replace('jump', 'goto'))),
    harmful: both((w) => all(EMPTY[w], line(FIRST[w], toExtra('goto')[w], FIRST[w]))),
    classes: ['ipv4 tcp 9090: accept, was redirect 15006'],
  },
  {
    name: 'a jump to an empty chain',
    harmless: both((w) => all(EMPTY[w], line(FIRST[w], toExtra('jump')[w], FIRST[w]))),
    harmful: both((w) => all(STRAY[w], line(FIRST[w], toExtra('goto')[w], FIRST[w]))),
    classes: ['ipv4 tcp 9090: accept, was redirect 15006'],
  },
  {
    name: 'a state that holds whenever nat is asked',
    harmless: inState('NEW'),
    harmful: inState('ESTABLISHED'),
    classes: [`${CAPTURED}: accept, was redirect 15006`],
  },
];
