import type { Family } from '../model/family.ts';

/** Names of hosts and networks that every /etc/hosts and /etc/networks has. */
const HOSTS: Readonly<Record<string, Readonly<Record<Family, string>>>> = {
  localhost: { ipv4: '127.0.0.1', ipv6: '::1' },
  'localhost.localdomain': { ipv4: '127.0.0.1', ipv6: '::1' },
  'ip6-localhost': { ipv4: '', ipv6: '::1' },
  'ip6-loopback': { ipv4: '', ipv6: '::1' },
  loopback: { ipv4: '127.0.0.0', ipv6: '::1' },
  'link-local': { ipv4: '169.254.0.0', ipv6: '' },
};

/** An address as a listing without `-n` prints it (`!localhost`, `loopback/8`), in numbers where the name is known. */
export function addressInNumbers(word: string, family: Family): string {
  const [, not = '', name = '', length = ''] = /^(!?)([^/]*)(.*)$/.exec(word) ?? [];
  const known = Object.hasOwn(HOSTS, name) ? HOSTS[name]?.[family] : undefined;
  return known === undefined || known === '' ? word : `${not}${known}${length}`;
}

/** Users and groups that have a name in Istio's images: its proxy runs as 1337. */
const OWNERS: Readonly<Record<string, string>> = { root: '0', 'istio-proxy': '1337' };

/** A user or group in numbers where its name is known. */
export function ownerInNumbers(word: string): string {
  return Object.hasOwn(OWNERS, word) ? (OWNERS[word] ?? word) : word;
}
