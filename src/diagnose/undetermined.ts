import type { Context } from '../expect/context.ts';
import { isCovered, toldObstacle } from '../model/pod.ts';
import type { Undetermined } from '../model/report.ts';
import type { Table } from '../model/ruleset.ts';
import { isExplained } from './checks/surroundings.ts';
import { isOutsideMesh } from './traffic/groups.ts';
import { packetsInWords } from './traffic/words.ts';

/** Everything that was not looked at, or cannot be told. */
export function undeterminedIn(context: Context, open: readonly Undetermined[]): Undetermined[] {
  return [
    ...obstaclesOf(context),
    ...notShown(context),
    ...openQuestions(context),
    ...open,
    ...(isOutsideMesh(context) ? [] : context.doubts),
    ...notInMesh(context),
  ];
}

/** What could not be looked at and mattered: the routing only does where the mode has some of its own. */
export function obstaclesOf({ pod, routing }: Context): Undetermined[] {
  return pod.obstacles.filter(({ concerns }) => concerns !== 'routing' || routing.rules.length > 0).map(toldObstacle);
}

/**
 * Tables that Istio should have written and that the input, a listing of single tables, does not show. A family of which
 * nothing was shown is no part of the question: the first line of a report says which were.
 */
function notShown({ pod, expected, families }: Context): Undetermined[] {
  if (pod.obstacles.some(({ concerns }) => concerns === 'rules')) return [];
  const isAsked = ({ family }: Table) => family === 'inet' || families.includes(family);
  const own = expected.tables.filter(hasRules);
  const hidden = own.filter((table) => !isCovered(pod, table));
  // Where none of them was shown, not even one family was seen.
  const unseen = hidden.length < own.length ? hidden.filter(isAsked) : hidden;
  if (unseen.length === 0) return [];
  const names = unseen.map(({ family, name }) => `${name} (${family})`).join(', ');
  const tools = [...new Set(unseen.map(toolFor))];
  return [
    {
      code: 'NAT1004',
      message: `Istio writes to ${names} with this configuration, and the text given does not show ${unseen.length === 1 ? 'that table' : 'those tables'}`,
      remedy: `Give the output of ${tools.join(' and ')} as well: --rules takes several files.`,
    },
  ];
}

/** The rules of an older release are all known to be Istio's, whatever a match of theirs depends on. */
function openQuestions(context: Context): Undetermined[] {
  if (context.older !== null || isOutsideMesh(context)) return [];
  return context.open.map((question) => ({
    code: 'NAT1004',
    message: `What happens to ${packetsInWords(question)} cannot be told: ${question.because}`,
    remedy: question.remedy ?? 'Look at that rule by hand: istio-nat knows its text, and no packet field decides it.',
  }));
}

function toolFor({ backend, family }: Table): string {
  if (backend === 'nftables') return 'nft list ruleset';
  return family === 'ipv6' ? 'ip6tables-save' : 'iptables-save';
}

function hasRules({ chains }: Table): boolean {
  return chains.some(({ rules }) => rules.length > 0);
}

function notInMesh(context: Context): Undetermined[] {
  if (!isOutsideMesh(context) || isExplained(context)) return [];
  return [
    {
      code: 'NAT1004',
      message: 'There is no rule of Istio here, and nothing says that this pod belongs to the mesh',
      remedy: 'If it should, name the release that should have programmed it: --istio-version X.Y.Z',
    },
  ];
}
