import type { Ending } from '../collect/attempt/attempt.ts';
import { PORT } from '../istio/ports.ts';
import type { Verdict } from '../model/packet.ts';
import type { Judgement, Path, PlannedProbe, ProbeResult } from './types.ts';

/** What one attempt showed. */
export interface Observation {
  readonly probe: Pick<PlannedProbe, 'purpose' | 'packet'>;
  readonly ending: Ending;
  readonly path: Path;
  readonly expected: Verdict;
  readonly predicted: Verdict | null;
  /** Whether anybody listens on a port of this pod; null where the sockets cannot be seen. */
  readonly listens: (port: number) => boolean | null;
  /** Whether anybody listens where it was sent; null where that is outside of the pod, or cannot be seen. */
  readonly awaited: boolean | null;
}

/** Holds what happened to a probe against what Istio intends. */
export function judge(observation: Observation): Judgement {
  const { ending, expected } = observation;
  if (ending === 'no-route') return open('the kernel has no route or no such address, so no rule saw a packet');
  if (ending === 'not-allowed') return open('this process may not send as that user; root may');
  if (ending === 'failed') return open('the attempt failed for a reason that says nothing about rules');
  switch (expected.kind) {
    case 'redirect':
    case 'tproxy':
      return expected.port === undefined ? open('the layout names no port') : meantFor(expected.port, observation);
    case 'accept':
      return meantToPass(observation);
    case 'drop':
    case 'reject':
      return observation.path.kind === 'nobody'
        ? pass(nobody(ending))
        : fail(`${taken(observation)}; it should be refused`);
    case 'dnat':
      return open(`the layout sends it to ${expected.to}, which cannot be seen from here`);
    case 'undetermined':
      return open(`what Istio intends cannot be told: ${expected.because}`);
  }
}

function meantFor(port: number, { path, ending, probe, predicted, listens }: Observation): Judgement {
  switch (path.kind) {
    case 'port':
      if (path.port === port) return pass(`the proxy took it on port ${port}`);
      return fail(`port ${path.port} of this pod took it; it should reach the proxy's ${port}`);
    case 'outside':
      return fail(`somebody outside of this pod answered: it went around the proxy's port ${port}`);
    case 'unseen':
      return byPrediction(port, predicted);
    case 'nobody':
      if (listens(port) === false) return fail(`${nobody(ending)}: nobody listens on the proxy's port ${port}`);
      // Without an answer by UDP the proxy's own resolver may be what is silent.
      if (probe.packet.protocol === 'udp') return silent(port, predicted, ending);
      return fail(`${nobody(ending)}: the proxy's port ${port} would have taken it at once`);
  }
}

/** Who answered cannot be seen, so the answer rests on the rules alone. */
function byPrediction(port: number, predicted: Verdict | null): Judgement {
  const seen = 'an answer came, and does not show from whom';
  if (isOpen(predicted)) return open(seen);
  return reaches(port, predicted) ? pass(`${seen}; by the rules it was port ${port}`) : astray(seen, port);
}

function silent(port: number, predicted: Verdict | null, ending: Ending): Judgement {
  if (isOpen(predicted)) return open(nobody(ending));
  if (!reaches(port, predicted)) return astray(nobody(ending), port);
  return open(`${nobody(ending)}; by the rules it went to port ${port}, where the proxy or its upstream is silent`);
}

function astray(seen: string, port: number): Judgement {
  return fail(`${seen}; by the rules it does not reach the proxy's port ${port}`);
}

function isOpen(predicted: Verdict | null): boolean {
  return predicted === null || predicted.kind === 'undetermined';
}

function reaches(port: number, predicted: Verdict | null): boolean {
  return (predicted?.kind === 'redirect' || predicted?.kind === 'tproxy') && predicted.port === port;
}

function meantToPass(observation: Observation): Judgement {
  const { path, probe, predicted, ending } = observation;
  switch (path.kind) {
    case 'port':
      if (path.port === probe.packet.destinationPort) return pass('it went straight to the socket that was asked for');
      return fail(`port ${path.port} of this pod took it; it should not be redirected`);
    case 'outside':
      return pass('it left the pod, and was answered there');
    case 'nobody':
      if (ending === 'forbidden') return fail('a rule of this pod forbids it; it should be let through');
      if (probe.packet.protocol === 'udp') return passedByPrediction(nobody(ending), predicted);
      return unanswered(observation) ?? pass(`${nobody(ending)}, so no port of this pod took it`);
    case 'unseen':
      return passedByPrediction('an answer came, and does not show from whom', predicted);
  }
}

/** What shows that a connection which nobody took did not get where it should; null: nothing does. */
function unanswered({ probe, predicted, ending, awaited }: Observation): Judgement | null {
  if (!isOpen(predicted) && predicted?.kind !== 'accept') return passedByPrediction(nobody(ending), predicted);
  if (awaited === true) return fail(`${nobody(ending)}, though somebody listens there: a rule of this pod stops it`);
  // In a dead pod everything is refused, whatever the rules are.
  if (awaited === false && ending === 'refused')
    return open('it was refused, and nobody listens there: it shows nothing');
  // Within the pod a port without a listener refuses at once.
  if (ending !== 'timed-out' || probe.packet.outInterface !== 'lo') return null;
  return fail(`${nobody(ending)}, though it does not leave the pod: a rule drops it or its answer`);
}

function passedByPrediction(seen: string, predicted: Verdict | null): Judgement {
  if (isOpen(predicted)) return open(seen);
  if (predicted?.kind === 'accept') return pass(`${seen}; by the rules it is not redirected`);
  const lost = predicted?.kind === 'drop' || predicted?.kind === 'reject';
  return fail(`${seen}; by the rules ${lost ? 'it is dropped' : 'it does not go where it was sent'}`);
}

function taken({ path }: Observation): string {
  return path.kind === 'port' ? `port ${path.port} of this pod took it` : 'it was answered';
}

function nobody(ending: Ending): string {
  switch (ending) {
    case 'refused':
      return 'it was refused';
    case 'timed-out':
      return 'nobody answered in time';
    case 'unreachable':
      return 'it found no way there';
    default:
      return 'it was not let out';
  }
}

const pass = (message: string): Judgement => ({ outcome: 'pass', message });
const fail = (message: string): Judgement => ({ outcome: 'fail', message });
const open = (message: string): Judgement => ({ outcome: 'undetermined', message });

/**
 * What istio-validation (the init container beside istio-cni) would find: it dials 127.0.0.6:15002 as the proxy's user
 * and passes when the connection comes out at 15001 or 15006 (istio-iptables --run-validation, since 1.5).
 */
export function judgeValidation(probes: readonly ProbeResult[]): Judgement | null {
  const probe = probes.find(({ purpose }) => purpose === 'validation');
  if (probe === undefined) return null;
  const { sent, predicted } = probe;
  if (sent?.path.kind === 'port' && VALIDATION_LISTENERS.includes(sent.path.port)) return pass('it would pass');
  if (predicted?.kind === 'redirect' && VALIDATION_LISTENERS.includes(predicted.port ?? 0))
    return pass('it would pass, by the rules');
  if (isOpen(predicted) && !isAnswer(probe)) return open('the rules cannot be read, and no probe shows it');
  return fail('it would fail, with exit code 126');
}

/** A refusal says nothing where nobody listens: Istio's validation brings listeners of its own. */
function isAnswer({ sent, outcome }: ProbeResult): boolean {
  if (sent === null || outcome !== 'fail') return false;
  return sent.path.kind !== 'nobody' || sent.ending !== 'refused';
}

const VALIDATION_LISTENERS: readonly number[] = [PORT.outbound, PORT.inbound];
