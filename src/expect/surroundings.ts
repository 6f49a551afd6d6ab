import { signsOfEnrolment } from '../istio/enrolment.ts';
import { emptiedOnNode } from '../istio/node.ts';
import { backendInUse, isEmptiedNative, planesOf, planesOfNames } from '../istio/planes.ts';
import { defaultConfig, NEWEST_MINOR, whyNoLayout } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Facts } from '../observe/facts.ts';

const NEWEST = `1.${NEWEST_MINOR}.0`;

/**
 * Data plane, backend and scope as the pod shows them, for when nobody declared them: by its rules, or by what ambient
 * leaves behind when its rules are gone. Nothing where the pod shows both, or what the declared release does not have.
 */
export function inputsFromSurroundings(facts: Facts, declared: Partial<Config>): Partial<Config> {
  const { ruleset } = facts.pod;
  const written = planesOf(ruleset);
  const [plane, second] = written.size > 0 ? written : planesOfNames(ruleset);
  const enrolled = plane === undefined && signsOfEnrolment(facts.pod, facts).length > 0;
  const dataplane = enrolled ? 'ambient' : second === undefined ? plane : undefined;
  const backend = backendInUse(ruleset) ?? (isEmptiedNative(ruleset) ? 'nftables' : null);
  const emptied = emptiedOnNode(ruleset);
  const isNode = dataplane === 'ambient' && emptied.length > 0;
  const node = isNode ? ({ scope: 'host', enableIpv6: emptied.includes('ipv6') } as const) : {};
  const seen = { ...(dataplane ? { dataplane } : {}), ...(backend ? { backend } : {}), ...node };
  const config = { ...defaultConfig(NEWEST), ...seen, ...declared };
  return whyNoLayout(config) === null ? seen : {};
}

/** The configuration with the backend that Istio's rules are really in, which decides how they are written. */
export function withBackendInUse(config: Config, { pod }: Facts): Config {
  const backend = backendInUse(pod.ruleset) ?? config.backend;
  const used = { ...config, backend };
  // A release that cannot have written them is not to be compared with them; the layouts of later ones hardly differ.
  return whyNoLayout(used) === null ? used : { ...used, istioVersion: NEWEST };
}
