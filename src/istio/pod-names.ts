/** What commands call a pod, its namespace and its node. */
export interface PodNames {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
}

/** The names that the downward API gives to the pod's own variables; words to be filled in where it gives none. */
export function podNames(environment: Readonly<Record<string, string>> = {}): PodNames {
  return {
    pod: safeName(environment.POD_NAME) ?? 'POD',
    namespace: safeName(environment.POD_NAMESPACE) ?? 'NAMESPACE',
    node: safeName(environment.ISTIO_META_NODE_NAME) ?? 'NODE',
  };
}

/** A name as Kubernetes allows it (RFC 1123), so that nothing else from the environment gets into a command. */
function safeName(name: string | undefined): string | null {
  return name !== undefined && /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name) ? name : null;
}
