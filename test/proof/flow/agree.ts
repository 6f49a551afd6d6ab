import type { FlowStep, Journey } from '../../../src/flow/types.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { disagreement, type KernelPod, type PathStep } from '../../kernel/index.ts';
import type { Subject } from './subjects.ts';

/** What one hook does to one packet, as flow tells it. */
interface Visit {
  readonly name: string;
  readonly packet: Packet;
  readonly steps: readonly FlowStep[];
}

/** How many packets the kernel was shown, and how many no real packet can be. */
export interface Count {
  packets: number;
  steps: number;
  open: number;
  unobservable: Record<string, number>;
}

/**
 * Sends every packet of the lives, and compares rule by rule what the kernel's own trace says it met, and what became
 * of it. Empty: they agree.
 */
export async function disagreements(
  pod: KernelPod,
  subject: Subject,
  lives: readonly Journey[],
  count: Count,
): Promise<string[]> {
  const visits = visitsOf(lives);
  const observed = await pod.traceAll(visits.map(({ packet }) => packet));
  const wrong: string[] = [];
  for (const [index, visit] of visits.entries()) {
    const seen = observed[index];
    const { verdict } = visit.steps[0] ?? {};
    if (verdict === undefined || seen === undefined) throw new Error(`${visit.name}: no verdict`);
    if (seen.kind === 'unobservable') {
      count.unobservable[seen.because] = (count.unobservable[seen.because] ?? 0) + 1;
      continue;
    }
    if (verdict.kind === 'undetermined') {
      count.open += 1;
      continue;
    }
    count.packets += 1;
    const told = rulesTold(visit);
    count.steps += told.length;
    const met = rulesMet(visit.packet, seen.path, subject);
    if (told.join(', ') !== met.join(', ')) wrong.push(`${visit.name}: told ${told.join(', ')}; met ${met.join(', ')}`);
    const otherwise = disagreement(visit.packet, verdict, seen);
    if (otherwise !== null) wrong.push(`${visit.name}: ${otherwise}`);
  }
  return wrong;
}

/** Each packet once: several lives share them. INPUT and POSTROUTING are behind the last tap of the harness. */
function visitsOf(lives: readonly Journey[]): Visit[] {
  const visits = new Map<string, Visit>();
  for (const { name, family, steps, answers } of lives) {
    for (const visit of [...steps, ...answers].reduce<Visit[]>(joined, [])) {
      const key = JSON.stringify(visit.packet);
      if (!visits.has(key)) visits.set(key, { ...visit, name: `${family} ${name} ${key}` });
    }
  }
  return [...visits.values()];
}

/** Steps in a row that are about the same packet in its own hook. */
function joined(visits: Visit[], step: FlowStep): Visit[] {
  const { packet } = step;
  if (packet === undefined || step.hook !== packet.hook) return visits;
  const last = visits.at(-1);
  if (last && JSON.stringify(last.packet) === JSON.stringify(packet)) {
    return [...visits.slice(0, -1), { ...last, steps: [...last.steps, step] }];
  }
  return [...visits, { name: '', packet, steps: [step] }];
}

function rulesTold({ steps }: Visit): string[] {
  return steps.flatMap(({ rule }) => (rule === null ? [] : [`${rule.table} ${rule.chain} ${rule.index}`]));
}

/** A packet that comes in by lo was sent through OUTPUT before. */
function rulesMet(packet: Packet, path: readonly PathStep[], subject: Subject): string[] {
  const start = packet.hook === 'OUTPUT' ? 0 : path.findIndex(({ chain }) => chain.toUpperCase() === 'PREROUTING');
  const here = start < 0 ? [] : path.slice(start);
  return here.flatMap((step) => (isRule(step, subject) ? [`${step.table} ${step.chain} ${step.index}`] : []));
}

/** Legacy traces call the last rule of a chain its end when it is an ACCEPT, DROP or RETURN of everything. */
function isRule({ kind, backend, family, table, chain, index }: PathStep, { texts, variant }: Subject): boolean {
  // An emptied legacy table stays registered, and tells of its policies.
  if (kind === 'rule' || backend !== 'legacy' || variant !== 'legacy') return kind === 'rule';
  const tool = family === 'ip' ? 'iptables-save' : 'ip6tables-save';
  const text = texts.find((one) => one.tool === tool)?.text ?? '';
  const [, own = ''] = `\n${text}`.split(`\n*${table}\n`);
  const [lines = ''] = own.split('\nCOMMIT');
  const rules = lines.split('\n').filter((line) => line.startsWith(`-A ${chain} `));
  return index !== undefined && index <= rules.length;
}
