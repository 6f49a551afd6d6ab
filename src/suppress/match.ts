import { fieldSet } from '../model/field-set.ts';
import type { Evidence, Finding } from '../model/report.ts';
import type { PortRange, Selector } from './entry.ts';

/** What is known of the pod that a report is about: names that it says itself. */
export interface PodName {
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
}

/** Why a selector is not about this pod: it is another's, or nobody knows whose it is. */
export type Elsewhere = 'another pod' | { readonly unknown: 'namespace' | 'pod' };

/** Whether a selector is about another pod; null where it is about this one, or about all. */
export function elsewhere(selector: Selector, name: PodName): Elsewhere | null {
  for (const key of ['namespace', 'pod'] as const) {
    const [wanted, known] = [selector[key], name[key]];
    if (wanted === undefined) continue;
    if (known === undefined) return { unknown: key };
    if (!wanted.some((pattern) => fits(pattern, known))) return 'another pod';
  }
  return null;
}

/** Names of pods end in letters of chance, so `*` stands for any text. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === name;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.startsWith(first) && name.length - last.length >= at && name.endsWith(last);
}

/**
 * What a finding is about that a selector does not name; null where it names all of it. A finding that reaches further
 * than its suppression is not the one that somebody accepted.
 */
export function beyond(selector: Selector, finding: Finding): string | null {
  return beyondPlaces(selector, finding.evidence) ?? beyondPorts(selector.port, finding);
}

function beyondPlaces({ table, chain }: Selector, evidence: readonly Evidence[]): string | null {
  if (table === undefined && chain === undefined) return null;
  const places = evidence.flatMap((each) => (each.kind === 'rule' || each.kind === 'chain' ? [each] : []));
  if (places.length === 0) return 'it names no chain';
  const other = places.find((place) => !allows(table, place.table) || !allows(chain, place.chain));
  return other === undefined ? null : `it is about ${other.table} ${other.chain}, which the selector does not name`;
}

function allows(wanted: readonly string[] | undefined, name: string): boolean {
  return wanted === undefined || wanted.includes(name);
}

function beyondPorts(wanted: readonly PortRange[] | undefined, finding: Finding): string | null {
  if (wanted === undefined) return null;
  const ports = portsOf(finding);
  if (ports === 'any') return 'it is about all ports, or all but some';
  if (ports.length === 0) return 'it names no port';
  const other = ports.find((range) => !isWithin(range, wanted));
  return other === undefined
    ? null
    : `it is about port ${[...new Set(other)].join('-')}, which the selector does not name`;
}

/** The ports that a finding is about: of the packets that fare differently, else of sockets. */
function portsOf({ differences, ports = [] }: Finding): readonly PortRange[] | 'any' {
  const ranges: PortRange[] = ports.map((port) => [port, port]);
  for (const { packets } of differences) {
    const { except, values } = fieldSet(packets.destinationPort ?? 'all except ');
    if (except) return 'any';
    ranges.push(...values.map(rangeOf));
  }
  return ranges;
}

function rangeOf(text: string): PortRange {
  const [from = 0, to = from] = text.split('-').map(Number);
  return [from, to];
}

/** Neighbours may cover together what none of them does alone. */
function isWithin([from, to]: PortRange, wanted: readonly PortRange[]): boolean {
  const next = wanted.find(([low, high]) => low <= from && from <= high);
  if (next === undefined) return false;
  return next[1] >= to || isWithin([next[1] + 1, to], wanted);
}
