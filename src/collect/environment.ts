/** The variables that the injector and the downward API give to istio-proxy, and that say how traffic is captured. */
const RELEVANT = [
  'DISABLE_ENVOY',
  'HOSTNAME',
  'HOST_IP',
  'INSTANCE_IP',
  'INSTANCE_IPS',
  'ISTIO_BOOTSTRAP_OVERRIDE',
  'ISTIO_DUAL_STACK',
  'ISTIO_META_APP_CONTAINERS',
  'ISTIO_META_DNS_AUTO_ALLOCATE',
  'ISTIO_META_DNS_CAPTURE',
  'ISTIO_META_ENABLE_HBONE',
  'ISTIO_META_INTERCEPTION_MODE',
  'ISTIO_META_ISTIO_PROXY_SHA',
  'ISTIO_META_ISTIO_VERSION',
  'ISTIO_META_NODE_NAME',
  'ISTIO_META_POD_PORTS',
  'ISTIO_META_WORKLOAD_NAME',
  'POD_IP',
  'POD_NAME',
  'POD_NAMESPACE',
  'PROXY_CONFIG',
  'SERVICE_ACCOUNT',
] as const;

/** The variables that bear on capture. The rest of an environment may hold secrets and stays where it is. */
export function relevantEnvironment(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found = RELEVANT.flatMap((name) => {
    const value = all[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}
