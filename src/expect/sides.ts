import type { WatchedMark } from '../evaluate/symbolic/watched.ts';
import { istioTables } from '../istio/chains.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import { isCovered, type Links, linksOf, type Obstacle, type Pod, toldObstacle } from '../model/pod.ts';
import type { Undetermined } from '../model/report.ts';
import type { Ruleset, Table } from '../model/ruleset.ts';

/** Two rulesets that can be held against each other, and what keeps the answer from being complete. */
export interface Sides {
  readonly live: Ruleset;
  readonly expected: Ruleset;
  /** The families that both sides show; none when one of them shows nothing. */
  readonly families: readonly Family[];
  readonly links: Links;
  readonly watched: readonly WatchedMark[];
  readonly undetermined: readonly Undetermined[];
  /** Whether rules of a side were lost (a cut text): where no rule of it decides, a lost one may have. */
  readonly lost: Readonly<Record<'live' | 'expected', boolean>>;
}

/** A pod and the layout it should have. A listing of single tables says nothing about the others. */
export function podAndLayout(pod: Pod, layout: Ruleset, watched: readonly WatchedMark[]): Sides {
  const { shown, hidden } = split(layout.tables, [pod]);
  const obstacles = rulesUnseen(pod);
  const blind = obstacles.length > 0 && istioTables(pod.ruleset).length === 0;
  return {
    live: pod.ruleset,
    expected: { tables: shown },
    families: blind ? [] : shownFamilies([pod]),
    links: linksOf(pod),
    watched,
    undetermined: [
      ...obstacles.map(toldObstacle),
      ...(obstacles.length > 0 ? [] : notShown('the rules given', hidden)),
    ],
    lost: { live: obstacles.length > 0, expected: false },
  };
}

/** A pod now and the same pod before. What only one of them shows is no difference, but an open question. */
export function nowAndBefore(now: Pod, before: Pod, watched: readonly WatchedMark[]): Sides {
  const live = split(now.ruleset.tables, [before]);
  const earlier = split(before.ruleset.tables, [now]);
  const obstacles = [...rulesUnseen(now), ...rulesUnseen(before)];
  const blind = [now, before].some((pod) => rulesUnseen(pod).length > 0 && pod.ruleset.tables.length === 0);
  const unseen = [...notShown('the rules before', live.hidden), ...notShown('the rules now', earlier.hidden)];
  return {
    live: { tables: live.shown },
    expected: { tables: earlier.shown },
    families: blind ? [] : shownFamilies([now, before]),
    links: linksOf(now),
    watched,
    undetermined: [...obstacles.map(toldObstacle), ...(blind ? [] : unseen)],
    lost: { live: rulesUnseen(now).length > 0, expected: rulesUnseen(before).length > 0 },
  };
}

function split(tables: readonly Table[], pods: readonly Pod[]): { shown: Table[]; hidden: Table[] } {
  const isShown = (table: Table) => pods.every((pod) => isCovered(pod, table));
  return { shown: tables.filter(isShown), hidden: tables.filter((table) => !isShown(table)) };
}

function shownFamilies(pods: readonly Pod[]): Family[] {
  return FAMILIES.filter((family) => pods.every(({ coverage }) => coverage.some((one) => one.family === family)));
}

function rulesUnseen({ obstacles }: Pod): Obstacle[] {
  return obstacles.filter(({ concerns }) => concerns === 'rules');
}

function notShown(side: string, hidden: readonly Table[]): Undetermined[] {
  const unseen = hidden.filter(({ chains }) => chains.some(({ rules }) => rules.length > 0));
  if (unseen.length === 0) return [];
  const names = unseen.map(({ family, name }) => `${name} (${family})`).join(', ');
  const tools = [...new Set(unseen.map(({ family }) => (family === 'ipv6' ? 'ip6tables-save' : 'iptables-save')))];
  return [
    {
      code: 'NAT1004',
      message: `The other side has rules in ${names}, and ${side} do not show ${unseen.length === 1 ? 'that table' : 'those tables'}`,
      remedy: `Give the whole output of ${tools.join(' and ')}: --rules and --against take several files.`,
    },
  ];
}
