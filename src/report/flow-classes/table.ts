import { ownersInWords, packetsInWords } from '../../diagnose/traffic/words.ts';
import type { FlowClassesAnswer, ShownFlowClass } from '../../flow/classes-types.ts';
import { fieldSet } from '../../model/field-set.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf } from '../style.ts';
import { openLines, subjectOf } from '../subject.ts';
import { familyName, packetWords, place, verdictWords } from '../words.ts';
import { indent, wrap } from '../wrap.ts';

/** Owners of one hook that are listed; the JSON report has them all. */
const MOST_OWNERS = 12;

/**
 * The report of `flow --classes` for people: family by family and hook by hook, whose packets fare how. Owners whose
 * packets fare alike are listed together; `everything else` is what the lines of the same owners above leave.
 */
export function flowClassesTable(answer: FlowClassesAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const { shown, report, source } = answer;
  const head = wrap(escapeText(`What becomes of new connections in ${subjectOf(source)}`), style.width);
  const sections = [
    head.map((line) => style.chalk.bold(line)),
    ...hooksOf(shown).map((classes) => hookLines(classes, style)),
    openLines(report.undetermined, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function hooksOf(shown: readonly ShownFlowClass[]): ShownFlowClass[][] {
  const hooks = new Map<string, ShownFlowClass[]>();
  for (const one of shown) {
    const key = `${one.family} ${one.hook}`;
    hooks.set(key, [...(hooks.get(key) ?? []), one]);
  }
  return [...hooks.values()];
}

function hookLines(classes: readonly ShownFlowClass[], style: Style): string[] {
  const [first] = classes;
  if (!first) return [];
  const way = first.hook === 'PREROUTING' ? 'into the pod (PREROUTING)' : 'out of the pod (OUTPUT)';
  const groups = ownersOf(classes);
  const title = style.chalk.bold.underline(`${familyName(first.family)}, ${way}`);
  const hidden = groups.length - MOST_OWNERS;
  return [
    title,
    ...groups.slice(0, MOST_OWNERS).flatMap((group) => ownerLines(group, groups.length, style)),
    ...(hidden > 0 ? [`… and ${hidden} more kinds of owners, all in the report of --json`] : []),
  ];
}

/** Owners whose lines are the same, with these lines. */
interface OwnerLines {
  readonly owners: { readonly words: string; readonly proxy: boolean }[];
  readonly lines: readonly ShownFlowClass[];
}

function ownersOf(classes: readonly ShownFlowClass[]): OwnerLines[] {
  const byOwner = new Map<string, ShownFlowClass[]>();
  for (const one of classes) {
    const key = JSON.stringify(one.owner);
    byOwner.set(key, [...(byOwner.get(key) ?? []), one]);
  }
  const groups = new Map<string, OwnerLines>();
  for (const lines of byOwner.values()) {
    const [first] = lines;
    if (!first) continue;
    const key = JSON.stringify(
      lines.map(({ traffic, rest, fate, verdict, rule, ruleCount }) => [traffic, rest, fate, verdict, rule, ruleCount]),
    );
    const group = groups.get(key) ?? { owners: [], lines };
    group.owners.push({ words: ownerWords(first), proxy: first.proxy });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** `uid 1337`, `gid 1337 with any uid but 1337`, `no socket`; nobody in particular: everybody. */
function ownerWords({ owner: { uid, gid, socket } }: ShownFlowClass): string {
  if (socket === 'none') return 'no socket';
  const user = uid === undefined ? '' : ownersInWords('uid', uid);
  const group = gid === undefined ? '' : ownersInWords('gid', gid);
  if (uid === undefined || gid === undefined) return user || group;
  const others = fieldSet(uid).except;
  if (uid === gid) return others ? ownersInWords('uid and gid', uid) : `${user} and gid`;
  return others ? `${group} with ${user}` : `${user} with ${group}`;
}

function ownerLines({ owners, lines }: OwnerLines, groups: number, style: Style): string[] {
  const [first] = lines;
  if (!first) return [];
  const everybody = groups === 1;
  const named = owners
    .map(({ words, proxy }) => (proxy ? `${words} (the proxy's)` : words))
    .filter((words) => words !== '');
  const heading = everybody || named.length === 0 ? [] : wrap(`From ${named.join(', or ')}`, style.width);
  const body = lines.flatMap((one) => classLines(one, lines.length === 1, style));
  return [...heading.map(escapeText), ...(heading.length > 0 ? indent(body, 2) : body)];
}

function classLines(one: ShownFlowClass, alone: boolean, style: Style): string[] {
  const width = style.width - 6;
  const traffic = one.rest ? (alone ? 'everything' : 'everything else') : trafficWords(one);
  const fate = one.fate === 'loops' ? `loops: ${fateWords(one)}` : fateWords(one);
  const lines = wrap(escapeText(`${traffic} → ${fate}`), width);
  const decided = one.rule === null ? 'no rule decides' : `by ${place(one.rule)}${others(one)}`;
  const such = wrap(escapeText(`${decided}; such as ${packetWords(one.witness)}`), width);
  return [
    ...lines.map((line) => (one.fate === 'loops' ? style.chalk.red(line) : line)),
    ...indent(such, 4).map((line) => style.chalk.dim(line)),
  ];
}

function trafficWords({ traffic, family, hook, roughly }: ShownFlowClass): string {
  const words = packetsInWords({ packets: traffic, hook, family: 'ipv4' }).replace(/^(Outbound|Inbound) /, '');
  const plain =
    family === 'ipv6'
      ? packetsInWords({ packets: traffic, hook, family }).replace(/^(Outbound|Inbound) IPv6 /, '')
      : words;
  return roughly ? `some of: ${plain}` : plain;
}

function fateWords({ fate, verdict }: ShownFlowClass): string {
  return fate === 'left-alone' ? 'left alone' : verdictWords(verdict);
}

function others({ ruleCount }: ShownFlowClass): string {
  if (ruleCount === null || ruleCount < 2) return '';
  return ruleCount === 2 ? ' and one more rule' : ` and ${ruleCount - 1} more rules`;
}
