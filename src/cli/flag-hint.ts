import { nearest } from '../parse/config/nearest.ts';

/** Short flags that people bring from kubectl, and what serves here. */
const FROM_KUBECTL: ReadonlyMap<string, string> = new Map([
  [
    '-n',
    '-n is kept for the namespace of a pod that is named, and no command takes one yet: run istio-nat in the pod, or give it what was saved there with -f FILE.',
  ],
]);

/** What to do about a flag that a command does not have. */
export function flagHint(given: string, known: readonly string[]): string {
  const name = given.replace(/^-+/, '').replace(/=.*$/s, '');
  const kept = FROM_KUBECTL.get(given.slice(0, 2));
  if (kept !== undefined) return kept;
  const opposite = name.replace(/^no-/, '');
  if (opposite !== name && known.includes(opposite)) return `--${opposite} has no opposite: leave it away.`;
  // A single letter is near to everything that is short.
  const meant = name.length < 3 ? null : (reordered(name, known) ?? nearest(name, known));
  return meant === null ? 'See --help for all flags.' : `Did you mean --${meant}?`;
}

/** Annotations have the words of an input in another order: excludeOutboundPorts is --outbound-ports-exclude. */
function reordered(name: string, known: readonly string[]): string | undefined {
  const words = sortedWords(name);
  return known.find((candidate) => sortedWords(candidate) === words);
}

function sortedWords(name: string): string {
  const parts = name.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return parts.replaceAll('ipranges', 'ip-ranges').split(/[-_]/).toSorted().join(' ');
}
