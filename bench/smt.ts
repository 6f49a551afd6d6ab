import type { Match, PortRange, PortsMatch } from '../src/model/match.ts';
import type { PacketHook } from '../src/model/packet.ts';
import { type Chain, findChain, type Rule, type Ruleset, type Table } from '../src/model/ruleset.ts';
import type { Target } from '../src/model/target.ts';

/** What the fields of a packet are to the solver. */
const FIELDS = [
  ['src', '(_ BitVec 32)'],
  ['dst', '(_ BitVec 32)'],
  ['sport', '(_ BitVec 16)'],
  ['dport', '(_ BitVec 16)'],
  ['proto', '(_ BitVec 8)'],
  ['socket', 'Bool'],
  ['uid', '(_ BitVec 32)'],
  ['gid', '(_ BitVec 32)'],
] as const;

/**
 * The question whether the nat tables of two rulesets treat some IPv4 packet differently, as SMT-LIB: one query over all
 * packets of both hooks, each chain the chain of if-then-elses that first match means. `unsat` says that they are alike.
 * @throws Error for rules that the layouts of a sidecar do not have
 */
export function smtQuestion(live: Ruleset, expected: Ruleset): string {
  const interfaces = new Set<string>();
  const lines: string[] = [];
  const hooks: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];
  const differences = hooks.map((hook) => {
    const [a, b] = [live, expected].map((ruleset, side) => {
      const table = natTable(ruleset);
      return chainTerm({ table, interfaces, lines, prefix: `${hook}${side}` }, chainNamed(table, hook), bits(0, 20));
    });
    return `(distinct ${a} ${b})`;
  });
  const names = [...interfaces].map((name) => `(declare-const |${name}| Bool)`);
  const fields = FIELDS.map(([name, sort]) => `(declare-const ${name} ${sort})`);
  const head = ['(set-logic QF_BV)', ...fields, ...names, '(assert (or (= proto #x06) (= proto #x11)))'];
  return [...head, ...lines, `(assert (or ${differences.join(' ')}))`, '(check-sat)', ''].join('\n');
}

/** A side's table, and where its definitions go. */
interface Writer {
  readonly table: Table;
  readonly interfaces: Set<string>;
  readonly lines: string[];
  readonly prefix: string;
}

function natTable({ tables }: Ruleset): Table {
  const table = tables.find(({ family, name }) => family === 'ipv4' && name === 'nat');
  if (table === undefined) throw new Error('the ruleset has no nat table');
  return table;
}

function chainNamed(table: Table, name: string): Chain {
  const chain = findChain(table, name);
  if (chain === undefined) throw new Error(`the table has no chain ${name}`);
  return chain;
}

/** The verdict of a chain whose end means `behind`: defined from the last rule to the first, each in terms of the next. */
function chainTerm(writer: Writer, chain: Chain, behind: string): string {
  let next = behind;
  for (const rule of chain.rules.toReversed()) {
    const taken = targetTerm(writer, rule, next, behind);
    const name = `${writer.prefix}_${writer.lines.length}`;
    writer.lines.push(
      `(define-fun ${name} () (_ BitVec 20) (ite ${condition(writer, rule.matches)} ${taken} ${next}))`,
    );
    next = name;
  }
  return next;
}

function targetTerm(writer: Writer, rule: Rule, next: string, behind: string): string {
  const [target] = rule.targets;
  switch (target?.kind) {
    case 'return':
      return behind;
    case 'jump':
      return chainTerm(writer, chainNamed(writer.table, target.chain), next);
    case 'redirect':
      return bits(1 + (target.ports?.from ?? 0), 20);
    default:
      throw unsupported(target);
  }
}

function condition(writer: Writer, matches: readonly Match[]): string {
  const terms = matches.map((match) => term(writer, match));
  return terms.length === 0 ? 'true' : `(and ${terms.join(' ')})`;
}

function term(writer: Writer, match: Match): string {
  switch (match.kind) {
    case 'source':
    case 'destination': {
      const field = match.kind === 'source' ? 'src' : 'dst';
      const { address, mask } = match.network;
      return not(match.negated, `(= (bvand ${field} ${bits(Number(mask), 32)}) ${bits(Number(address), 32)})`);
    }
    case 'in-interface':
    case 'out-interface':
      writer.interfaces.add(`${match.kind} ${match.name}`);
      return not(match.negated, `|${match.kind} ${match.name}|`);
    case 'protocol':
      return not(match.negated, `(= proto ${bits(match.protocol, 8)})`);
    case 'tcp':
    case 'udp':
      return portsTerm(match);
    case 'multiport':
      return not(match.negated, anyPort(match.side === 'source' ? 'sport' : 'dport', match.ports));
    case 'owner':
      return `(and ${id('uid', match.uid)} ${id('gid', match.gid)})`;
    default:
      throw unsupported(match);
  }
}

function portsTerm({ sourcePort, destinationPort }: PortsMatch): string {
  const source = sourcePort ? not(sourcePort.negated, anyPort('sport', sourcePort.value)) : 'true';
  const destination = destinationPort ? not(destinationPort.negated, anyPort('dport', destinationPort.value)) : 'true';
  return `(and ${source} ${destination})`;
}

function anyPort(field: string, ranges: readonly PortRange[]): string {
  const terms = ranges.map(({ from, to }) =>
    from === to
      ? `(= ${field} ${bits(from, 16)})`
      : `(and (bvuge ${field} ${bits(from, 16)}) (bvule ${field} ${bits(to, 16)}))`,
  );
  return `(or ${terms.join(' ')} false)`;
}

/** xt_owner: without a socket the match holds exactly when its option is inverted. */
function id(field: 'uid' | 'gid', option: Extract<Match, { kind: 'owner' }>['uid']): string {
  if (option === undefined) return 'true';
  return not(option.negated, `(and socket (= ${field} ${bits(option.value.from, 32)}))`);
}

function not(negated: boolean, text: string): string {
  return negated ? `(not ${text})` : text;
}

function bits(value: number, width: number): string {
  return `#x${value.toString(16).padStart(width / 4, '0')}`;
}

function unsupported(part: Match | Target | undefined): Error {
  return new Error(`no term for ${part?.kind ?? 'a rule without a target'}`);
}
