import { evaluatePacket, Hooks } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Packet } from '../../model/packet.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { deletion } from '../../rules/edits.ts';
import { evidenceKey, quoted, ruleEvidence } from '../../rules/quote.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { writerOf } from '../remedy/writers.ts';
import { type RedirectTarget, redirectTargets } from '../sockets/redirect-targets.ts';
import { trafficFindings } from '../traffic/groups.ts';
import { deviceOf, inboundTo } from '../typical-packet.ts';

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const;
const CLIENT_PORT = 40000;

/**
 * The answers of the proxy are tracked. Only connection tracking knows the address that a redirected connection was made
 * to, so an answer that a rule exempts from it (raw, NOTRACK) comes from the proxy's own port, and its reader refuses it.
 * No verdict shows that: the answer is let through either way.
 */
export const answersTracked = defineCheck({
  id: 'answers-tracked',
  ofLayout: true,
  description: 'the answers of redirected connections are tracked, so that they find their way back',
  codes: ['NAT0109'],
  run: (context) => {
    const live = new Hooks(context.pod.ruleset);
    const intended = new Hooks(context.expected);
    const lost = redirectTargets(context.pod.ruleset).flatMap((target) => {
      const answer = answerOf(target, context);
      const where = untrackedBy(answer, live);
      return where === null || untrackedBy(answer, intended) !== null ? [] : [{ target, where }];
    });
    // A rule that also keeps the first packet from being redirected is reported for that.
    const told = new Set(trafficFindings(context).flatMap(({ evidence }) => evidence.map(evidenceKey)));
    const untold = lost.filter(({ where }) => !told.has(evidenceKey(ruleEvidence(where))));
    return groupBy(untold, ({ where }) => where.rule).map(([first, ...others]) =>
      unanswered(
        first.where,
        [first, ...others].map(({ target }) => target),
        context,
      ),
    );
  },
});

/** What the program behind a redirect sends back: REDIRECT goes to loopback in OUTPUT, else to the pod's address. */
function answerOf({ port, protocol, family, hook }: RedirectTarget, context: Context): Packet {
  const { source: client, destination: pod } = inboundTo(port, family, context);
  const { proxyUid, proxyGid } = context.config;
  return {
    ...{ family, hook: 'OUTPUT', protocol, sourcePort: port, destinationPort: CLIENT_PORT },
    ...(hook === 'OUTPUT'
      ? { source: LOOPBACK[family], destination: pod, outInterface: 'lo' }
      : { source: pod, destination: client, outInterface: deviceOf(context) }),
    ...{ uid: proxyUid[0] ?? null, gid: proxyGid[0] ?? null, ctState: 'ESTABLISHED' },
  };
}

function untrackedBy(packet: Packet, hooks: Hooks): RuleReference | null {
  const { steps } = evaluatePacket(hooks, packet, { steps: true });
  const step = steps.find(
    ({ outcome, where }) => outcome === 'match' && where.rule.targets.some((one) => one.kind === 'ct' && one.notrack),
  );
  return step?.where ?? null;
}

function unanswered(where: RuleReference, targets: readonly RedirectTarget[], context: Context) {
  const ports = [...new Set(targets.map(({ port }) => port))].join(', ');
  const families = new Set(targets.map(({ family }) => family));
  const [family = 'ipv4'] = families;
  return finding('NAT0109', {
    message: `Answers from port ${ports} are not tracked because of ${where.table.name} ${where.chain.name} rule ${where.rule.index}: ${quoted(where).text}. Redirected connections get no answer that they accept.`,
    ...(families.size === 1 ? { family } : {}),
    evidence: [ruleEvidence(where)],
    likely: { kind: 'foreign', writer: writerOf(where, context.pod.ruleset), effect: 'other' },
    edits: [deletion(where)],
  });
}
