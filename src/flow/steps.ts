import type { Packet } from '../model/packet.ts';
import { quoted } from '../rules/quote.ts';
import { type Judged, judged } from './compare.ts';
import { type HookPass, type Passage, passage } from './pass.ts';
import { groundOf, type Scenario } from './scenario.ts';
import type { FlowStep, Intended } from './types.ts';

/** A step before it has its number. */
export type Draft = Omit<FlowStep, 'number'>;

/** A packet's way through two hooks: the steps to be shown, and where it went. */
export interface Told {
  readonly steps: readonly Draft[];
  readonly way: Passage;
}

/** Follows a packet through its hook and the next one, and holds both against the layout. */
export function tell(world: Scenario, packet: Packet): Told {
  const ground = groundOf(world);
  const way = passage(world.live, packet, ground);
  const expected = world.expected && passage(world.expected, packet, ground);
  const perHook = judged(way, { expected, watched: world.watched });
  const steps = way.hooks.flatMap((pass, position) => {
    const own = perHook[position] ?? [];
    const drafts = own.map((one) => draft(one, pass, way.packet));
    return drafts.length === 0 && isWorthTelling(pass, way)
      ? [nothing(pass, way.packet, expected === null ? 'unknown' : 'yes')]
      : drafts;
  });
  return { steps, way };
}

/** Where a packet leaves as it came, the reader looks for the next hook; a packet on lo was followed before. */
function isWorthTelling({ hook }: HookPass, { packet, verdict }: Passage): boolean {
  if (hook === 'INPUT') return false;
  if (hook === 'POSTROUTING') return verdict.kind === 'accept';
  return packet.inInterface !== 'lo';
}

function draft({ step, intended, expected }: Judged, pass: HookPass, packet: Packet): Draft {
  const { hook, verdict } = pass;
  const about = { hook, packet, verdict, intended, ...(expected && { expected }) };
  switch (step.kind) {
    case 'rule': {
      const rule = quoted(step.where);
      const { action, why } = step;
      return { ...about, table: rule.table, chain: rule.chain, rule, action, why };
    }
    case 'end':
      return {
        ...about,
        action: step.policy === undefined ? 'return' : `policy ${step.policy}`,
        why: { kind: 'end', rules: step.rules },
        table: step.table.name,
        chain: step.chain.name,
        rule: null,
      };
    case 'gap': {
      const why = { kind: 'gap', decisive: step.table !== null } as const;
      return { ...about, table: step.table, chain: step.chain, rule: null, action: 'none', why };
    }
  }
}

function nothing({ hook, verdict, natAsked }: HookPass, packet: Packet, intended: Intended): Draft {
  const why = { kind: natAsked ? 'no-rules' : 'nat-skipped' } as const;
  const place = { table: null, chain: null, rule: null };
  return { hook, ...place, action: 'none', why, intended, packet, verdict };
}
