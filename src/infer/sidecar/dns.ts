import { DNS_PROXY_PORTS } from '../../istio/dns.ts';
import { DNS, IN, IN_REDIRECT, OUT, REDIRECT } from '../../istio/iptables-chains.ts';
import { formatAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import { mainFamily, type Reader } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

/** Stands for servers that no rule names: IPv6 ones whose rules are missing because IPv6 is off, or any whose rules are lost. */
export const UNSEEN_SERVER = '::';

/** Whether DNS is captured: for any server, or for the resolvers that are named. */
export function readDns(context: Reader): Observed {
  if (!context.has('dns-input')) return {};
  if (context.given.redirectDns === false || !hasSigns(context)) return { redirectDns: false };
  if (!context.has('dns-by-resolver')) return { redirectDns: true };
  const servers = { ipv4: resolvers(context, 'ipv4'), ipv6: resolvers(context, 'ipv6') };
  const named = servers.ipv4.length + servers.ipv6.length;
  if (context.has('dns-capture-all') && context.given.captureAllDns !== false && isForAll(context, named)) {
    return { redirectDns: true, captureAllDns: true };
  }
  // From 1.25 on no server means no rule at all.
  const unseen = named === 0 && context.has('dns-chain');
  return {
    redirectDns: true,
    captureAllDns: false,
    dnsServersV4: servers.ipv4,
    ...(context.has('families-alike') && { dnsServersV6: unseen ? [UNSEEN_SERVER] : servers.ipv6 }),
  };
}

/**
 * More rules than the one that somebody may have added (1.6 – 1.8 wrote one only), or one that makes an exception for 53 in
 * Istio's own rules. Whether many are missing is judged later, by trying without.
 */
function hasSigns(context: Reader): boolean {
  const family = mainFamily(context);
  const spares = context.view
    .forms(family, 'nat', OUT)
    .some((form) => form.shape.includes('!dport') && form.dports.includes(53) && !isTunnel(context, form));
  const signs = [ofProxy(context, family), redirects(context, family), zones(context, family)].flat().length;
  return spares || signs > (context.has('dns-by-resolver') && context.reading === 'cautious' ? 1 : 0);
}

/** A mesh may have put its HBONE port on 53: then its rule is alone, and where others have theirs. */
function isTunnel({ has }: Reader, { target, dports }: Form): boolean {
  return has('tunnel-spared') && target === `jump ${IN_REDIRECT}` && dports.length === 1;
}

/** What the proxy itself asks by udp is left alone where the redirect is, or was to follow. */
function ofProxy({ view }: Reader, family: Family): Form[] {
  const all = ['OUTPUT', OUT].flatMap((chain) => view.forms(family, 'nat', chain));
  return all.filter(({ target, shape, dports }) => target === 'return' && OWN_QUERY.has(shape) && dports.includes(53));
}

const OWN_QUERY: ReadonlySet<string> = new Set(['udp dport uid', 'udp dport gid']);

function redirects(context: Reader, family: Family): Form[] {
  const chains = [DNS, OUT, REDIRECT, 'OUTPUT'];
  return chains
    .flatMap((chain) => context.view.forms(family, 'nat', chain))
    .filter((form) => ['redirect', 'dnat'].includes(form.target) && DNS_PROXY_PORTS.has(form.port ?? 0));
}

/** The conntrack zones of queries and answers. */
function zones(context: Reader, family: Family): Form[] {
  const chains = [DNS, OUT, 'OUTPUT', 'PREROUTING', IN];
  return chains.flatMap((chain) => context.view.forms(family, 'raw', chain)).filter((form) => form.target === 'ct');
}

/** The kinds of rules that one server has: tcp and udp redirects, and from 1.11 on the zones of query and answer. */
function kindsByServer(context: Reader, family: Family): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const form of [...redirects(context, family), ...zones(context, family)]) {
    if (form.uid !== undefined || form.gids.length > 0) continue;
    const server = form.to ?? form.from;
    const name = server === undefined ? '' : formatAddress(family, server.address);
    const kind = `${form.target} ${form.shape.replace(/from |to /, '')}`;
    kinds.set(name, (kinds.get(name) ?? new Set()).add(kind));
  }
  return kinds;
}

/** The servers that at least half of the rules they need speak of; all that are named where none has as many. */
function resolvers(context: Reader, family: Family): string[] {
  const needed = context.has('dns-zones') ? 4 : 2;
  const all = [...kindsByServer(context, family)].filter(([server]) => server !== '');
  const complete = all.filter(([, kinds]) => kinds.size * 2 >= needed);
  return (complete.length > 0 ? complete : all).map(([server]) => server);
}

function isForAll(context: Reader, named: number): boolean {
  const kinds = kindsByServer(context, mainFamily(context)).get('')?.size ?? 0;
  return named === 0 ? kinds > 0 : kinds > 2;
}
