import type { Program } from '../../flow/listeners.ts';
import type { Evidence, Refusal, StepReason } from '../../flow/reasons.ts';
import { reasonWords } from '../reason.ts';

/** Why a step is as it is, in a sentence. */
export function stepWords(reason: StepReason): string {
  switch (reason.kind) {
    case 'rule':
      return reasonWords(reason);
    case 'end':
      return endWords(reason.rules);
    case 'gap':
      return reason.decisive ? 'the rule that should decide here is not there' : 'no rule here';
    case 'no-rules':
      return 'no rules here';
    case 'nat-skipped':
      return 'nat is not consulted again: its connection has been decided, and conntrack rewrites both directions';
    case 'leaves':
      return `to ${reason.address}${reason.port === undefined ? '' : ` port ${reason.port}`}`;
    case 'received':
      return receivedWords(reason);
    case 'routed': {
      const unseen = reason.seen ? '' : ' (the routing was not shown; Istio adds this)';
      return `${markName(reason.mark)} leads to a table with a local default route${unseen}`;
    }
    case 'not-routed':
      return reason.meant
        ? `no ip rule leads ${markName(reason.mark)} to a table with a local default route: the answer never reaches the proxy`
        : `nothing leads the answer to the proxy: it leaves for ${reason.destination} by itself`;
  }
}

function endWords(rules: number): string {
  if (rules === 0) return 'the chain is empty';
  return rules === 1 ? 'its one rule does not match' : `none of its ${rules} rules matches`;
}

function markName(mark: number): string {
  return `mark 0x${mark.toString(16)}`;
}

const LOOP = 'the same request is back where it was: an endless loop';
/** Without a wrong step before it, programming the rules again would not help. */
const MEANT_LOOP = `${LOOP}. The rules are as Istio programs them for this configuration: the configuration has to change`;

function receivedWords({ program, by, refusal, loop }: Extract<StepReason, { kind: 'received' }>): string {
  const who = evidenceWords(program, by);
  if (loop !== 'none') return `${loop === 'meant' ? MEANT_LOOP : LOOP}. ${who}`;
  return refusal === null ? who : `${who}; ${refusalWords(refusal)}`;
}

const WHO: Readonly<Record<Program, string>> = {
  'proxy-inbound': "the proxy's inbound listener",
  'proxy-outbound': "the proxy's outbound listener",
  tunnel: "the proxy's HBONE listener",
  dns: 'the DNS proxy',
  agent: "Istio's agent",
  application: 'the application',
  resolver: 'a resolver in the pod',
  none: 'nobody',
  unknown: 'a listener of unknown purpose',
};

function evidenceWords(program: Program, by: Evidence): string {
  switch (by.kind) {
    case 'unseen':
      if (program === 'unknown') return `nothing of Istio listens on port ${by.port}, and who else does was not shown`;
      if (by.open) return `${WHO[program]}, if anybody: who listens was not shown`;
      return `${WHO[program]}, ${by.example ? 'port taken as an example' : 'taken to listen: that was not shown'}`;
    case 'nobody':
      return `nobody listens on ${by.protocol} ${by.address} port ${by.port}: refused${by.example ? NO_APPLICATION : ''}`;
    case 'socket': {
      const owner = `${by.process === null ? '' : `${by.process}, `}uid ${by.uid ?? 'not shown'}`;
      const wrong = by.exempt === undefined ? '' : `: the rules are meant to exempt uid ${by.exempt.join(', ')}`;
      return `${WHO[program]} (${owner})${wrong}`;
    }
  }
}

const NO_APPLICATION =
  '. No application is seen to listen in this pod, and the port is an example: --port names another';

function refusalWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'own-port':
      return 'the proxy closes what is sent to its own port';
    case 'unknown-purpose':
      return 'what that listener does is not known';
    case 'tunnel-to-itself':
      return 'what ztunnel makes of a request to this pod on its outbound port is not known';
    case 'elsewhere':
      return `a request to ${refusal.address} is not one to this pod: it is not sent on`;
  }
}
