import { UsageError } from '../model/errors.ts';
import { configFlags, familyOf, type SourceValues, sourceRequest } from './flags.ts';
import type { SourceRequest } from './gather.ts';

/** The flags that say what `diff` compares. */
type SideValues = SourceValues &
  Readonly<Record<string, unknown>> & { readonly against?: readonly string[] | undefined };

/** The rules as they are now, and those from before where they stand in place of the expected layout. */
export interface DiffSides {
  readonly source: SourceRequest;
  readonly against?: SourceRequest;
}

/** Both sides that the flags ask for. The family is given once, for whichever texts do not say it. */
export function diffSides(flags: SideValues, env: Readonly<Record<string, string | undefined>>): DiffSides {
  const { against, rules = [], sockets, example } = flags;
  if (against === undefined) return { source: sourceRequest(flags) };
  refuseExpectation(flags, env);
  if ([...rules, ...against, sockets].filter((file) => file === '-').length > 1) {
    throw new UsageError('Standard input (-) can be read only once.', { hint: 'Save one of the texts to a file.' });
  }
  const family = familyOf(flags.family);
  const now = rules.length === 0 ? { example: example ?? false, sockets } : flags;
  return {
    source: sourceRequest(now),
    against: { kind: 'rules', files: against, ...(family !== undefined && { family }) },
  };
}

/** With both sides given nothing else is expected. What the environment says is meant for other runs, too. */
function refuseExpectation(flags: SideValues, env: Readonly<Record<string, string | undefined>>): void {
  const stray = Object.keys(configFlags).find(
    (name) => flags[name] !== undefined && !(name === 'config' && flags[name] === env.ISTIO_NAT_CONFIG),
  );
  if (stray === undefined) return;
  throw new UsageError(`--${stray} says what Istio should have programmed, and --against says not to look at that.`, {
    hint: 'Give one of them.',
  });
}
