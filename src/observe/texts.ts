import { variablesIn } from '../parse/logs/index.ts';
import { withinReach } from './bounds.ts';
import type { Facts } from './facts.ts';
import { observeRules, type SavedOptions, type SavedText } from './saved.ts';

/**
 * The facts that saved texts show: rules in any of the forms that are read, the inputs that a log prints before it writes
 * rules, and the output of `ss -Htunaep`. What they do not show, or cannot be read of them, is an obstacle in the facts. Never throws.
 */
export function factsOfTexts(texts: readonly SavedText[], options: SavedOptions = {}): Facts {
  const begun = performance.now();
  const pod = withinReach(observeRules(texts, options));
  const source = { kind: 'rules', files: texts.map(({ name }) => name) } as const;
  const environment: Record<string, string> = Object.assign({}, ...texts.map(({ text }) => variablesIn(text)));
  return { pod, source, environment, labels: {}, annotations: {}, resolvers: [], begun };
}
