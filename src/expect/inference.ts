import { type Evidence, inferConfig, safeCandidate } from '../infer/index.ts';
import { compareReleases, type InboundAnnotations, parseRelease } from '../layout/index.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import type { Releases } from '../model/releases.ts';
import { couldShowListeners } from '../model/shown-sockets.ts';
import { isListener } from '../model/socket.ts';
import type { Facts } from '../observe/facts.ts';
import { parsePort } from '../parse/config/elements.ts';
import type { Said } from './layers.ts';

/** What rules imply: the inputs, and first and last release that write them. */
export interface Implied {
  readonly inputs: Partial<Config>;
  readonly releases?: Releases;
  /** Whether these releases write just these rules from the inputs. */
  readonly isExact?: boolean;
}

/**
 * What the live rules imply about the inputs that nobody declared. A rule that could as well be a fault is never taken
 * for an intention.
 */
export function inferredInputs(facts: Facts, evidence: Evidence): Implied {
  const candidate = safeCandidate(inferConfig(facts.pod.ruleset, evidence));
  if (!candidate) return { inputs: {} };
  const told = Object.keys(candidate.certainty) as ConfigKey[];
  const inputs = {
    ...Object.fromEntries(told.map((key) => [key, candidate.config[key]])),
    dataplane: candidate.config.dataplane,
    backend: candidate.config.backend,
    istioVersion: candidate.releases[1],
  };
  return { inputs, releases: candidate.releases, isExact: candidate.distance === 0 };
}

/** The releases before the declared one that write exactly the live rules from the same inputs; null: none. */
export function olderRelease(facts: Facts, declared: Said): Releases | null {
  const { istioVersion, ...inputs } = declared.inputs;
  if (istioVersion === undefined) return null;
  const { candidates } = inferConfig(facts.pod.ruleset, evidenceOf(facts, { ...declared, inputs }));
  const exact = candidates.find(
    ({ distance, releases, suspicious }) =>
      distance === 0 && suspicious.length === 0 && isBefore(releases[1], istioVersion),
  );
  return exact?.releases ?? null;
}

/** What is known of the release besides what was declared. */
interface Supposed {
  readonly meant?: Partial<Config>;
  readonly within?: Releases | undefined;
}

/** What is known of a pod besides its rules, and what was declared. */
export function evidenceOf(
  { pod, annotations }: Facts,
  { inputs, excluded }: Said,
  { meant, within }: Supposed = {},
): Evidence {
  // A port where nobody listens says as much as one where somebody does.
  const seen = couldShowListeners(pod, 'tcp') ? pod.sockets : null;
  const listeners = seen?.filter(isListener).map(({ localPort }) => localPort);
  const injected = injectedFor(annotations['sidecar.istio.io/status'] ?? '');
  return {
    coverage: pod.coverage,
    declared: inputs,
    ...(excluded === undefined ? {} : { annotations: { excluded, ...statusPort(annotations[STATUS_PORT]) } }),
    ...(meant === undefined ? {} : { meant }),
    ...(within === undefined ? {} : { within }),
    ...(listeners === undefined ? {} : { listeners }),
    ...(injected === undefined ? {} : { injected }),
  };
}

const STATUS_PORT = 'status.sidecar.istio.io/port';

/** Where the agent answers, by the annotation of a pod that has it elsewhere than at 15020; 0 is nowhere. */
function statusPort(annotation = ''): Pick<InboundAnnotations, 'status'> {
  if (annotation === '0') return { status: null };
  const port = parsePort(annotation);
  return 'value' in port ? { status: port.value } : {};
}

/** The injector lists the containers that it added: istio-init programs the pod, istio-validation waits for the plugin. */
function injectedFor(status: string): Evidence['injected'] {
  if (/"istio-init"/.test(status)) return 'istio-init';
  return /"istio-validation"/.test(status) ? 'istio-cni' : undefined;
}

function isBefore(release: string, other: string): boolean {
  const a = parseRelease(release);
  const b = parseRelease(other);
  return !('error' in a) && !('error' in b) && compareReleases(a, b) < 0;
}
