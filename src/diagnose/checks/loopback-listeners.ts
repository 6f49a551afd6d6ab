import type { Context } from '../../expect/context.ts';
import { isReserved } from '../../istio/ports.ts';
import { compareReleases, parseRelease } from '../../layout/index.ts';
import type { FindingCode } from '../../model/code.ts';
import type { Config } from '../../model/config.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Finding } from '../../model/report.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { isLoopback, isWildcard } from '../../sockets/address.ts';
import { FIRST_EPHEMERAL_PORT } from '../../sockets/ports.ts';
import { type CheckResult, defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';
import { socketsView } from '../sockets/view.ts';
import { isOutsideMesh } from '../traffic/groups.ts';

/** Since 1.10 requests are passed on to the address they were sent to, before it was always 127.0.0.1. */
const PASSED_ON_AS_SENT = '1.10.0';

/** Application ports that the proxy cannot reach on loopback. */
export const loopbackListeners = defineCheck({
  id: 'loopback-listeners',
  description: 'the application listens where the proxy passes requests on to',
  codes: ['NAT0803'],
  run: withListeners((_, context) =>
    inSidecar(context, (ports) => (passesOnAsSent(context.config) ? onLoopback(ports, context) : [])),
  ),
});

/** Application ports that a release before 1.10 cannot reach. */
export const podIpListeners = defineCheck({
  id: 'pod-ip-listeners',
  description: 'the application listens on loopback as well, which releases before 1.10 ask for',
  codes: ['NAT0807'],
  run: withListeners((_, context) =>
    inSidecar(context, (ports) =>
      passesOnAsSent(context.config)
        ? { skipped: 'since 1.10 the address does not matter' }
        : onPodAddress(ports, context),
    ),
  ),
});

type Port = readonly [Socket, ...Socket[]];

/** The application's captured ports, each with its listeners. */
function inSidecar<C extends FindingCode>(
  context: Context,
  run: (ports: readonly Port[]) => CheckResult<C>,
): CheckResult<C> {
  const { config } = context;
  if (config.dataplane !== 'sidecar' || isOutsideMesh(context)) return { skipped: 'this is no pod with a sidecar' };
  const own = (socketsView(context)?.sockets ?? []).filter(
    ({ socket, holder }) =>
      isListener(socket) &&
      socket.protocol === 'tcp' &&
      holder === 'application' &&
      !isReserved(socket.localPort, config),
  );
  return run(
    groupBy(
      own.map(({ socket }) => socket),
      ({ localPort }) => localPort,
    ),
  );
}

function onLoopback(ports: readonly Port[], context: Context): Finding<'NAT0803'>[] {
  const hidden = ports.filter((sockets) => sockets.every(({ localAddress }) => isLoopback(localAddress)));
  const served = declaredPorts(context);
  // Without a word about its ports, an application with one that can be reached may have others for its own use.
  const meant = (port: number) =>
    served === null ? hidden.length === ports.length && port < FIRST_EPHEMERAL_PORT : served.has(port);
  return hidden
    .filter(([{ localPort }]) => meant(localPort) && isCaptured(localPort, context.config))
    .map((sockets) =>
      finding('NAT0803', {
        message: `The application listens on port ${sockets[0].localPort} on ${addressesOf(sockets)} only. The proxy passes requests on to the address of the pod, where nobody listens.`,
        evidence: socketEvidence(sockets),
        ports: [sockets[0].localPort],
      }),
    );
}

function onPodAddress(ports: readonly Port[], { config }: Context): Finding<'NAT0807'>[] {
  return ports
    .filter(([{ localPort }]) => isCaptured(localPort, config))
    .filter((sockets) => !sockets.some(({ localAddress }) => isWildcard(localAddress) || isLoopback(localAddress)))
    .map((sockets) =>
      finding('NAT0807', {
        message: `The application listens on port ${sockets[0].localPort} on ${addressesOf(sockets)} only. Before 1.10 the proxy passes requests on to 127.0.0.1, where nobody listens.`,
        evidence: socketEvidence(sockets),
        ports: [sockets[0].localPort],
      }),
    );
}

function addressesOf(sockets: Port): string {
  return [...new Set(sockets.map(({ localAddress }) => localAddress))].join(' and ');
}

function isCaptured(port: number, { inboundPortsInclude, inboundPortsExclude }: Config): boolean {
  if (inboundPortsInclude === '*') return !inboundPortsExclude.includes(port);
  return inboundPortsInclude.includes(port);
}

/** Ports that the pod was declared with: in its containers (the injector says so since 1.6), or for capture; null when unknown. */
function declaredPorts({ said, config }: Context): ReadonlySet<number> | null {
  if (config.inboundPortsInclude !== '*') return new Set(config.inboundPortsInclude);
  const ports = containerPorts(said.environment.ISTIO_META_POD_PORTS ?? '');
  return ports.length > 0 ? new Set(ports) : null;
}

/** `[{"containerPort":8080,"protocol":"TCP"}]`; anything else says nothing. */
function containerPorts(text: string): number[] {
  return [...text.matchAll(/"containerPort"\s*:\s*(\d{1,5})(?!\d)/g)].map(([, port]) => Number(port));
}

function passesOnAsSent({ istioVersion }: Config): boolean {
  const release = parseRelease(istioVersion);
  const since = parseRelease(PASSED_ON_AS_SENT);
  return 'error' in release || 'error' in since || compareReleases(release, since) >= 0;
}
