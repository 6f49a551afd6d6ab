import { hasIstioPrefix } from '../istio/iptables-chains.ts';
import type { Coverage, Obstacle, Pod } from '../model/pod.ts';
import { findChain, type Table } from '../model/ruleset.ts';
import type { ShownTable } from '../model/shown.ts';
import type { WriteFailure } from '../model/write-failure.ts';

/** The rules of texts, as far as they say themselves what came of them. */
type Outcome = Required<Pick<Pod, 'ruleset' | 'coverage' | 'shown' | 'failures'>>;

interface Read {
  readonly tables: readonly Table[];
  readonly coverage: readonly Coverage[];
  readonly shown: readonly ShownTable[];
}

/**
 * What came of the rules that were handed over: a failure stands unless what the texts show of the kernel has all that was
 * asked for. Of a family that a program did without, nothing was shown.
 */
export function outcomeOf(read: Read, asked: readonly Table[], said: readonly WriteFailure[]): Outcome {
  const inKernel = read.tables.filter((table) => !isAsked(table, read.shown));
  const standing = said.filter((failure) => !isThereAllTheSame(failure, asked, inKernel));
  const without = standing.some(({ tolerated }) => tolerated);
  const isLeft = (table: Pick<Table, 'family' | 'name'>) =>
    !(without && table.family === 'ipv6' && isAsked(table, read.shown));
  const isKept = ({ family, table }: ShownTable) => isLeft({ family, name: table });
  const shown = read.shown.filter(isKept);
  return {
    ruleset: { tables: read.tables.filter(isLeft) },
    coverage: read.coverage.filter(
      ({ family }) => shown.some((one) => one.family === family) || !read.shown.some((one) => one.family === family),
    ),
    shown,
    failures: standing.filter(({ tolerated }) => !tolerated),
  };
}

/** The texts, without what was handed over for a family of which another text shows what the kernel has. */
export function withoutOutdone<T extends Read>(texts: readonly T[]): T[] {
  const shown = texts.flatMap((text) => text.shown);
  const isOutdone = (one: ShownTable) =>
    one.form === 'restore' && shown.some(({ family, form }) => family === one.family && form !== 'restore');
  return texts.map((text) => {
    const outdone = text.shown.filter(isOutdone);
    if (outdone.length === 0) return text;
    const isLeft = (table: Table) =>
      !outdone.some(({ family, table: name }) => table.family === family && table.name === name);
    const kept = text.shown.filter((one) => !outdone.includes(one));
    const coverage = text.coverage.filter(({ family }) => kept.some((one) => one.family === family));
    return { ...text, tables: text.tables.filter(isLeft), shown: kept, coverage };
  });
}

function isAsked({ family, name }: Pick<Table, 'family' | 'name'>, shown: readonly ShownTable[]): boolean {
  return shown.some((one) => one.family === family && one.table === name && one.form === 'restore');
}

/** Whether all of Istio's chains that were asked for are in the kernel, with as many rules: an earlier run wrote them. */
function isThereAllTheSame({ family }: WriteFailure, asked: readonly Table[], inKernel: readonly Table[]): boolean {
  const meant = asked.filter((table) => family === null || table.family === family);
  const shown = inKernel.filter((table) => family === null || table.family === family);
  if (meant.length === 0) return shown.some(({ chains }) => chains.some(({ name }) => hasIstioPrefix(name)));
  return meant.every((table) => {
    const there = shown.find((other) => other.name === table.name && other.family === table.family);
    return there !== undefined && hasAllOf(table, there);
  });
}

function hasAllOf(asked: Table, there: Table): boolean {
  const own = asked.chains.filter(({ name }) => hasIstioPrefix(name));
  return own.every(({ name, rules }) => (findChain(there, name)?.rules.length ?? -1) >= rules.length);
}

/** NAT1003 where rules are known from what was handed over alone, and the log says that they were not taken. */
export function notTaken(failures: readonly WriteFailure[], shown: readonly ShownTable[]): Obstacle[] {
  const isSeen = ({ family }: WriteFailure) =>
    shown.some((one) => one.form !== 'restore' && (family === null || one.family === family));
  const first = failures.find((failure) => !isSeen(failure));
  if (first === undefined) return [];
  const message = `${first.source} says (line ${first.line}) that rules were not taken, so what it asked for is not what the kernel holds`;
  const remedy =
    'Look at the kernel: run istio-nat check in the namespace of the pod, or give what iptables-save prints there';
  return [{ code: 'NAT1003', message, remedy, concerns: 'rules', lost: 'anywhere' }];
}
