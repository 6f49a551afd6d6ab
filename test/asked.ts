import {
  type ConfigRequest,
  declaredInputs,
  type GatherRequest,
  gather,
  type SourceRequest,
} from '../src/cli/gather.ts';
import type { TracedPackets } from '../src/cli/packet-flags.ts';
import type { Network } from '../src/collect/attempt/attempt.ts';
import type { Outside } from '../src/collect/outside.ts';
import { ownOwner } from '../src/collect/owner.ts';
import type { LayoutForm } from '../src/expect/forms.ts';
import type { FlowQuestion } from '../src/flow/types.ts';
import * as checking from '../src/pipeline/check.ts';
import * as comparing from '../src/pipeline/diff.ts';
import * as expecting from '../src/pipeline/expected.ts';
import * as following from '../src/pipeline/flow.ts';
import * as probing from '../src/pipeline/probe.ts';
import * as listing from '../src/pipeline/sockets.ts';
import * as tracing from '../src/pipeline/trace.ts';
import type { ProbeQuestion } from '../src/probe/types.ts';

/*
 * What a command does between its flags and its report: it gathers, and asks the engine. Tests that hand in another
 * outside ask here.
 */

export type CheckRequest = Required<GatherRequest> & checking.CheckOptions;

export async function check({ toolVersion, ...request }: CheckRequest, outside: Outside) {
  const { facts, declared } = await gather(request, outside);
  return checking.check(facts, declared, { toolVersion });
}

export type DiffRequest = Required<GatherRequest> & comparing.DiffOptions & { readonly against?: SourceRequest };

export async function diff({ against, traces = false, ...request }: DiffRequest, outside: Outside) {
  if (against === undefined) {
    const { facts, declared } = await gather(request, outside);
    return comparing.diff(facts, { declared }, { traces });
  }
  const { facts } = await gather({ source: request.source }, outside);
  return comparing.diff(facts, { before: (await gather({ source: against }, outside)).facts }, { traces });
}

export type FlowRequest = Required<GatherRequest> & FlowQuestion;

export async function flow({ source, config, ...question }: FlowRequest, outside: Outside) {
  const { facts, declared } = await gather({ source, config }, outside);
  return following.flow(facts, declared, question);
}

export async function trace(
  { source, packets, verdictOnly }: { source: SourceRequest; packets: TracedPackets; verdictOnly: boolean },
  outside: Outside,
) {
  const { facts } = await gather({ source }, outside);
  if (packets.kind === 'file') return tracing.traceLines(facts, outside.readLines(packets.file), { verdictOnly });
  const run = tracing.trace(facts, [packets.packet], { verdictOnly });
  return { ...run, traces: [run.traces] };
}

export async function expected({ config, ...form }: LayoutForm & { config: ConfigRequest }, outside: Outside) {
  return expecting.expected(await declaredInputs(config, outside), form);
}

export async function sockets(
  { source, ...options }: listing.SocketsOptions & { source: SourceRequest },
  outside: Outside,
) {
  return listing.sockets((await gather({ source }, outside)).facts, options);
}

export type ProbeRequest = ProbeQuestion & { readonly config: ConfigRequest };

export async function probe(
  { config, ...question }: ProbeRequest,
  outside: Outside,
  network: Network,
  announce: (line: string) => Promise<void>,
) {
  const { facts, declared } = await gather({ source: { kind: 'live' }, config }, outside);
  return probing.probe(facts, declared, question, { network, files: outside.files, own: ownOwner(), announce });
}
