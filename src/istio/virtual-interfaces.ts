/**
 * Bridges that programs make for containers and virtual machines inside a pod: Docker, podman, containerd, LXC, libvirt,
 * KubeVirt. What arrives by one of them has come from behind it.
 */
const BRIDGES = /^(docker|br-|br\d|bridge|podman|nerdctl|cni|lxcbr|lxdbr|incusbr|virbr|k6t-)/;
/** What a pod is given by its network plugin, and loopback. */
const OF_THE_POD = /^(eth|en[opsx]|net\d|ib\d|bond|lo$)/;

/** Whether the interface is a bridge with guests of the pod's own behind it, by its name. */
export function isBridge(name: string): boolean {
  return BRIDGES.test(name);
}

/** Whether the interface is one that the pod itself is reached by, by its name. */
export function isOwnInterface(name: string): boolean {
  return OF_THE_POD.test(name);
}
