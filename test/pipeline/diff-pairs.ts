import fc from 'fast-check';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Family } from '../../src/model/family.ts';
import { expectedRuleset } from '../../src/pipeline/layout.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { arbitraryRules } from '../evaluate/random/index.ts';

/** Two texts of an `iptables-restore`: the second is the first with a few changes, as people make them. */
export interface Pair {
  readonly before: string;
  readonly after: string;
}

/** One change of the lines; it may find nothing to change. */
type Edit = (lines: readonly string[]) => readonly string[];

/** Istio's rules, or any, and what one to three changes make of them. */
export function arbitraryPair(family: Family): fc.Arbitrary<Pair> {
  const before = fc.oneof({ weight: 2, arbitrary: layoutText(family) }, { weight: 1, arbitrary: plainRules(family) });
  return fc
    .tuple(before, plainRules(family))
    .chain(([text, random]) =>
      fc
        .array(edit(random, family), { minLength: 1, maxLength: 3 })
        .map((edits) => ({ before: text, after: changed(text, edits) })),
    );
}

function changed(text: string, edits: readonly Edit[]): string {
  return edits.reduce<readonly string[]>((lines, one) => one(lines), text.split('\n')).join('\n');
}

/** Marks under so many different masks are beyond what is compared: the answer would be "undetermined". */
const MASKS = /0x500\/0xf|0x1\/0x|0x0\/0xff|--or-mark|--nfmask 0xff /;

function plainRules(family: Family): fc.Arbitrary<string> {
  const isPlain = (line: string) => !line.startsWith('-A ') || !MASKS.test(line);
  return arbitraryRules(family).map((text) => text.split('\n').filter(isPlain).join('\n'));
}

const TABLES: readonly (readonly [string, readonly string[]])[] = [
  ['raw', ['PREROUTING', 'OUTPUT']],
  ['mangle', ['PREROUTING', 'OUTPUT']],
  ['nat', ['PREROUTING', 'OUTPUT']],
  ['filter', ['OUTPUT']],
];

/** A layout with its empty tables, so that loading it also clears what was there before. */
function layoutText(family: Family): fc.Arbitrary<string> {
  return fc
    .record({
      istioVersion: fc.constantFrom('1.10.6', '1.14.6', '1.20.8', '1.28.10', '1.31.0'),
      dataplane: fc.constantFrom('sidecar', 'sidecar', 'ambient'),
      interceptionMode: fc.constantFrom('REDIRECT', 'TPROXY'),
      dns: fc.boolean(),
      outboundPortsExclude: fc.constantFrom([], [3306], [53, 9090]),
      inboundPortsInclude: fc.constantFrom('*' as const, [80, 8080]),
    })
    .map(({ dns, istioVersion, dataplane, interceptionMode, ...lists }) => {
      const release = dataplane === 'ambient' ? '1.31.0' : istioVersion;
      const mode = dataplane === 'ambient' ? 'REDIRECT' : interceptionMode;
      const { tables } = expectedRuleset({
        ...defaultConfig(release, 'istio-init', dataplane),
        ...lists,
        ...{ enableIpv6: true, redirectDns: dns, captureAllDns: dns, interceptionMode: mode },
      });
      const own = tables.filter((table) => table.family === family);
      const empty = TABLES.filter(([name]) => !own.some((table) => table.name === name));
      return printSave(own) + empty.map(([name, hooks]) => emptyTable(name, hooks)).join('');
    });
}

function emptyTable(name: string, hooks: readonly string[]): string {
  return [`*${name}`, ...hooks.map((hook) => `:${hook} ACCEPT [0:0]`), 'COMMIT', ''].join('\n');
}

function edit(random: string, family: Family): fc.Arbitrary<Edit> {
  const at = fc.nat();
  return fc.oneof(
    { weight: 3, arbitrary: at.map(deletion) },
    { weight: 3, arbitrary: at.map(swap) },
    { weight: 1, arbitrary: at.map(duplicate) },
    { weight: 1, arbitrary: fc.tuple(at, at).map(([from, to]) => insertion(random.split('\n'), from, to)) },
    { weight: 4, arbitrary: fc.tuple(simpleRule(family), at).map(([rule, to]) => simpleInsertion(rule, to)) },
    {
      weight: 2,
      arbitrary: fc.tuple(at, fc.constantFrom('8080', '53', '9999')).map(([n, port]) => otherPort(n, port)),
    },
    { weight: 1, arbitrary: fc.tuple(at, fc.constantFrom('1000', '1001')).map(([n, id]) => otherOwner(n, id)) },
    { weight: 2, arbitrary: at.map(splitPorts) },
  );
}

/** Rules of the kind that other agents and people put between Istio's. */
function simpleRule(family: Family): fc.Arbitrary<{ readonly condition: string; readonly target: string }> {
  const [resolver, range] = family === 'ipv4' ? ['10.96.0.10', '203.0.113.0/24'] : ['2001:db8::10', '2001:db8::/32'];
  return fc.record({
    condition: fc.constantFrom(
      ...['-p tcp -m tcp --dport 8080', '-p udp -m udp --dport 53', '-p tcp', '-p tcp -m tcp --sport 40000'],
      ...[`-p tcp -d ${range}`, `-p udp -d ${resolver} -m udp --dport 53`, '-p tcp -m mark --mark 0x539/0xfff'],
      ...['-p tcp -m conntrack --ctstate ESTABLISHED', '-p tcp -m multiport --dports 80,443,8080'],
    ),
    target: fc.constantFrom('RETURN', 'ACCEPT', 'DROP', 'REDIRECT --to-ports 9090', 'MARK --set-mark 0x539'),
  });
}

function ruleLines(lines: readonly string[], wanted: (line: string) => boolean = () => true): number[] {
  return lines.flatMap((line, i) => (line.startsWith('-A ') && wanted(line) ? [i] : []));
}

function pick(candidates: readonly number[], n: number): number | undefined {
  return candidates[n % Math.max(1, candidates.length)];
}

function deletion(n: number): Edit {
  return (lines) => {
    const at = pick(ruleLines(lines), n);
    return at === undefined ? lines : lines.toSpliced(at, 1);
  };
}

/** A rule changes places with the one below it in its chain. */
function swap(n: number): Edit {
  return (lines) => {
    const chain = (i: number) => lines[i]?.split(' ', 2).join(' ');
    const inOrder = ruleLines(lines).filter((i) => chain(i) === chain(i + 1));
    const at = pick(inOrder, n);
    return at === undefined ? lines : lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? '');
  };
}

function duplicate(n: number): Edit {
  return (lines) => {
    const at = pick(ruleLines(lines), n);
    return at === undefined ? lines : lines.toSpliced(at, 0, lines[at] ?? '');
  };
}

/** A rule of the other ruleset, put into the same chain of the same table in front of one that stands there. */
function insertion(others: readonly string[], from: number, to: number): Edit {
  return (lines) => {
    const source = pick(ruleLines(others), from);
    if (source === undefined) return lines;
    const rule = others[source] ?? '';
    const chain = `${rule.split(' ', 2).join(' ')} `;
    const same = ruleLines(lines, (line) => line.startsWith(chain));
    const at = pick(
      same.filter((i) => tableAt(lines, i) === tableAt(others, source)),
      to,
    );
    return at === undefined || !jumpsWithin(rule, lines) ? lines : lines.toSpliced(at, 0, rule);
  };
}

function jumpsWithin(rule: string, lines: readonly string[]): boolean {
  const chain = / -[jg] ((?:PREROUTING|OUTPUT)_[ABC])/.exec(rule)?.[1];
  return chain === undefined || lines.some((line) => line.startsWith(`:${chain} `));
}

/** nat allows no DROP, and only nat has REDIRECT. */
function simpleInsertion({ condition, target }: { condition: string; target: string }, to: number): Edit {
  return (lines) => {
    const at = pick(ruleLines(lines), to);
    if (at === undefined) return lines;
    const nat = tableAt(lines, at) === '*nat';
    const allowed = nat ? target !== 'DROP' : !target.startsWith('REDIRECT');
    const chain = lines[at]?.split(' ', 2).join(' ');
    return lines.toSpliced(at, 0, `${chain} ${condition} -j ${allowed ? target : 'RETURN'}`);
  };
}

function tableAt(lines: readonly string[], at: number): string | undefined {
  return lines.slice(0, at).findLast((line) => line.startsWith('*'));
}

function otherPort(n: number, port: string): Edit {
  return replaced(n, /--dport \d+ /, `--dport ${port} `);
}

function otherOwner(n: number, id: string): Edit {
  return replaced(n, /-owner 1337 /, `-owner ${id} `);
}

function replaced(n: number, pattern: RegExp, by: string): Edit {
  return (lines) => {
    const at = pick(
      ruleLines(lines, (line) => pattern.test(line)),
      n,
    );
    return at === undefined ? lines : lines.toSpliced(at, 1, (lines[at] ?? '').replace(pattern, by));
  };
}

const PROTOCOL = /(?<!! )-p (tcp|udp) /;

/** One rule becomes two, for the ports below 1024 and for the rest. */
function splitPorts(n: number): Edit {
  return (lines) => {
    const whole = ruleLines(lines, (line) => PROTOCOL.test(line) && !/-m (tcp|udp|multiport) /.test(line));
    const at = pick(whole, n);
    if (at === undefined) return lines;
    const half = (range: string) => (lines[at] ?? '').replace(PROTOCOL, `-p $1 -m $1 --dport ${range} `);
    return lines.toSpliced(at, 1, half('0:1023'), half('1024:65535'));
  };
}
