import { evidenceOf } from '../expect/inference.ts';
import { type Declared, saidIn } from '../expect/layers.ts';
import { type Candidate, inferConfig, type RuleDifference } from '../infer/index.ts';
import type { InferReport, InferredCandidate, InferredDifference } from '../infer/report.ts';
import { toldObstacle } from '../model/pod.ts';
import type { Facts } from '../observe/facts.ts';
import { formatConfig } from '../parse/config/index.ts';
import { printRule } from '../print/iptables/index.ts';
import { printNftRule } from '../print/nft/index.ts';
import { inTime } from './in-time.ts';

/** More differences of one candidate than anybody reads; `distance` says how many there are. */
const MOST_DIFFERENCES = 50;

/**
 * Which releases and inputs rules were written from. Declared inputs are taken as they are; the others are read in their
 * light.
 * @throws CannotLook when the time is over before there is any answer
 */
export function infer(facts: Facts, declared: Declared): InferReport {
  const given = saidIn(declared.layers);
  const { candidates } = inTime(facts, () => inferConfig(facts.pod.ruleset, evidenceOf(facts, given)));
  const obstacles = facts.pod.obstacles.filter(({ concerns }) => concerns === 'rules');
  return {
    schemaVersion: 1,
    source: facts.source,
    candidates: candidates.map(published),
    undetermined: obstacles.map(toldObstacle),
  };
}

function published({ config, differences, ...candidate }: Candidate): InferredCandidate {
  return {
    ...candidate,
    config: formatConfig(config),
    differences: differences
      .slice(0, MOST_DIFFERENCES)
      .map((difference) => publishedDifference(difference, config.backend)),
  };
}

/** A live rule is quoted as it was read; one of the layout has no text of its own. */
function publishedDifference(
  { kind, family, table, chain, rule }: RuleDifference,
  backend: 'iptables' | 'nftables',
): InferredDifference {
  const printed = backend === 'nftables' ? printNftRule(rule) : printRule(rule, chain);
  return { kind, family, table, chain, index: rule.index, text: rule.text === '' ? printed : rule.text };
}
