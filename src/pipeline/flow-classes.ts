import type { Outside } from '../collect/outside.ts';
import { packetsInWords } from '../diagnose/traffic/words.ts';
import { type FateClass, type Fates, fatesOf, type OpenFate } from '../evaluate/classes.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import type { Declared } from '../expect/layers.ts';
import type { Fate, FlowClassesAnswer, ShownFlowClass } from '../flow/classes-types.ts';
import type { Config } from '../model/config.ts';
import { localAddresses } from '../model/pod.ts';
import type { Undetermined } from '../model/report.ts';
import type { Facts } from '../observe/facts.ts';
import { seenRules } from '../observe/seen-rules.ts';
import { quoted } from '../rules/quote.ts';
import { DNS_PROXY_PORT } from '../sockets/ports.ts';
import { declaredInputs } from './config.ts';
import { gatherFacts } from './facts.ts';
import { inTime } from './in-time.ts';
import type { RulesQuestion } from './requests.ts';

/** Rules that a class quotes; it may be decided by thousands. */
const MOST_RULES = 16;

/**
 * What the rules do to all packets that can exist: who is captured, who bypasses, who is dropped, who loops.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function flowClasses(question: RulesQuestion, outside: Outside): Promise<FlowClassesAnswer> {
  const declared = await declaredInputs(question.config, outside, question.source.kind === 'example');
  const facts = await gatherFacts(question.source, outside);
  const { judged, fates } = inTime(facts, () => fatesOfAll(question, declared, facts));
  const { undetermined, notes } = seenRules(facts.pod);
  const shown = fates.flatMap(({ classes }) => classes.map((one) => published(one, judged)));
  const open = fates.flatMap((one) => one.open.map(openQuestion));
  const classes = shown.map(({ owner: _, traffic: __, proxy: ___, ...one }) => one);
  return {
    report: { schemaVersion: 1, classes, undetermined: [...undetermined, ...open] },
    shown,
    source: facts.source,
    notes,
  };
}

function fatesOfAll(question: RulesQuestion, declared: Declared, facts: Facts): { judged: Config; fates: Fates[] } {
  const { judged } = expectationOf(layersOf(declared, facts), facts);
  const fates = seenRules(facts.pod).families.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => fatesOfHook(facts, judged, { family, hook, ...question })),
  );
  return { judged, fates };
}

function fatesOfHook(
  { pod }: Facts,
  { dataplane, proxyUid, proxyGid }: Config,
  { family, hook, state }: Pick<FateClass, 'family' | 'hook'> & Pick<RulesQuestion, 'state'>,
): Fates {
  // ztunnel's own packets are recognised by their mark, not by who sends them.
  const proxy = dataplane === 'ambient' ? { uids: [], gids: [] } : { uids: proxyUid, gids: proxyGid };
  return fatesOf(pod.ruleset, { family, hook, state, proxy, localAddresses: localAddresses(pod) });
}

function published(one: FateClass, config: Config): ShownFlowClass {
  const { family, hook, owner, traffic, rest, roughly, proxy, witness, trace, rules } = one;
  return {
    family,
    hook,
    packets: { ...owner, ...traffic },
    rest,
    roughly,
    fate: fateOf(one, config),
    verdict: trace.verdict,
    rule: trace.decidedBy && quoted(trace.decidedBy),
    rules: rules?.slice(0, MOST_RULES).map(quoted) ?? null,
    ruleCount: rules?.length ?? null,
    witness,
    owner,
    traffic,
    proxy,
  };
}

function fateOf({ trace: { verdict }, hook, proxy }: FateClass, config: Config): Fate {
  switch (verdict.kind) {
    case 'accept':
      return 'left-alone';
    case 'undetermined':
      return 'undetermined';
    case 'drop':
    case 'reject':
      return 'dropped';
    case 'dnat':
      return 'sent';
    case 'redirect':
    case 'tproxy': {
      const own = hook === 'OUTPUT' && proxy && verdict.port !== undefined;
      return own && [config.proxyPort, DNS_PROXY_PORT].includes(verdict.port) ? 'loops' : 'captured';
    }
  }
}

function openQuestion(open: OpenFate): Undetermined {
  const { family, hook, because } = open;
  const words = packetsInWords(open);
  const what =
    open.witness === null ? `${family} packets in ${hook}` : `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  return {
    code: 'NAT1004',
    message: `What becomes of ${what} cannot be told: ${because}`,
    remedy: 'Look at that rule by hand: istio-nat knows its text, and no packet field decides it.',
  };
}
