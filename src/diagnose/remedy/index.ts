import type { Code } from '../../model/code.ts';
import { COMMAND, type Written } from '../../rules/command-writer.ts';
import { ENTRIES } from '../catalogue/index.ts';
import { REPLACE_POD } from '../catalogue/wording.ts';
import type { LikelyCause } from './causes.ts';
import { renew } from './cluster.ts';
import { mendStep } from './mend.ts';
import type { Situation } from './situation.ts';
import { stepsFor } from './steps.ts';

export { causeInWords } from './cause-words.ts';
export { situationOf } from './situation.ts';

/** More steps than these no screen has room for; the page of the code has them all. */
const MOST = 3;

/** What of a finding decides what to do about it. */
interface Told {
  readonly code: Code;
  readonly likely: LikelyCause | undefined;
  readonly advice: string | undefined;
}

/** What to do, line by line: steps that are taken with kubectl first, then the commands in the pod and what they are for. */
export function remedyOf(told: Told, { lines, notes }: Written, situation: Situation): string {
  const isCommanded = lines.some((line) => line.startsWith(COMMAND));
  const steps = stepsOf(told, situation).slice(0, MOST - (lines.length > 0 ? 1 : 0));
  return [...steps, ...(isCommanded ? [mendStep(told.likely, notes)] : []), ...lines].join('\n');
}

function stepsOf({ code, likely, advice }: Told, situation: Situation): string[] {
  const own = likely === undefined ? null : stepsFor(likely, situation);
  const steps = own ?? usualSteps(code, situation);
  return [...(advice?.split('\n') ?? []), ...steps];
}

/** What the catalogue says of a code, but for steps about what this data plane has not got. */
function usualSteps(code: Code, situation: Situation): string[] {
  const foreign = situation.plane === 'sidecar' ? OF_AMBIENT : OF_SIDECARS;
  const own = ENTRIES[code].remedy.filter((text) => !foreign.test(text));
  return own.map((text) => (text === REPLACE_POD ? renew(situation) : filled(text, situation)));
}

const OF_AMBIENT = /\bambient\b|ztunnel|istio-cni-node/;
const OF_SIDECARS = /sidecar\.istio\.io|proxy\.istio\.io|istio-init|istio-proxy|init container|proxyMetadata/;

/** The catalogue's commands with the names of this pod. */
function filled(text: string, { names }: Situation): string {
  return text.replace(/`(?:kubectl|crictl) [^`]*`/g, (command) =>
    command
      .replace(/\bPOD\b/g, names.pod)
      .replace(/\bNAMESPACE\b/g, names.namespace)
      .replace(/\bNODE\b/g, names.node),
  );
}
