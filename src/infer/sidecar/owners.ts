import { DNS, hasIstioPrefix, IN_REDIRECT, OUT } from '../../istio/iptables-chains.ts';
import { commonExemptions, unique } from '../agree.ts';
import { between, byFamily, inAll, mainFamily, type Reader, returned } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

type Kind = 'uid' | 'gid';

/** The owners that the rules spare as the proxy. */
export function readProxyOwners(context: Reader): Observed {
  const proxyUid = proxyIds(context, 'uid');
  const proxyGid = proxyIds(context, 'gid');
  // Istio's default for the gids are the uids, so that a lost gid half means the same.
  const gids = proxyGid.length > 0 ? proxyGid : proxyUid;
  return { ...(proxyUid.length > 0 && { proxyUid }), ...(gids.length > 0 && { proxyGid: gids }) };
}

/**
 * The proxy's ids stand in several rules each, so that one rule more or less changes nothing: an id that a single rule
 * exempts is not the proxy's. The script of 1.0 – 1.4 wrote that single rule, ahead of localhost and the capture.
 */
function proxyIds(context: Reader, kind: Kind): number[] {
  const places = new Map<number, Set<string>>();
  for (const [place, forms] of placesOf(context, kind)) {
    for (const id of forms.flatMap((form) => idsOf(form, kind)))
      places.set(id, (places.get(id) ?? new Set()).add(place));
  }
  const byScript = context.has('script') ? sparedByScript(context, kind) : null;
  const withoutOthers = placesOf(context, kind)[1]?.[1].length === 0;
  const isProxy = (id: number, found: ReadonlySet<string>): boolean =>
    found.size > 1 || (byScript?.has(id) ?? false) || (withoutOthers && found.has('own-call'));
  const ids = [...places].filter(([id, found]) => isProxy(id, found)).map(([id]) => id);
  return ids.length > 1 ? inOrder(context, kind, ids) : ids;
}

/** What the script's single rules spare where it writes them: further down, an exemption is somebody else's. */
function sparedByScript(context: Reader, kind: Kind): ReadonlySet<number> {
  const places = byFamily(context, 'nat', OUT).map(({ forms }) =>
    between(
      forms,
      0,
      forms.findIndex((form) => form.out === undefined && isBehindOwners(form)),
    ),
  );
  return new Set(places.flatMap((forms) => returned(forms, kind).flatMap((form) => idsOf(form, kind))));
}

/** By where most of the rules of each stand, so that one that was moved does not count. */
function inOrder(context: Reader, kind: Kind, ids: readonly number[]): number[] {
  const positions = new Map<number, number[]>(ids.map((id) => [id, []]));
  for (const [at, form] of context.view.forms(mainFamily(context), 'nat', OUT).entries()) {
    if (!form.shape.includes('dport') || form.out === 'lo') {
      for (const id of idsOf(form, kind)) positions.get(id)?.push(at);
    }
  }
  const median = (id: number): number => positions.get(id)?.at((positions.get(id)?.length ?? 0) >> 1) ?? 0;
  return ids.toSorted((a, b) => median(a) - median(b));
}

/** The places where an owner shows, first those of ISTIO_OUTPUT that always have it. */
function placesOf(context: Reader, kind: Kind): [string, Form[]][] {
  const output = inAll(context, 'nat', OUT);
  const returns = output.filter((form) => form.target === 'return');
  const marks = inAll(context, 'mangle', 'OUTPUT').filter((form) => form.target === 'mark');
  const zones = [DNS, OUT, 'OUTPUT'].flatMap((chain) => inAll(context, 'raw', chain));
  return [
    ['own-call', output.filter((form) => form.target === `jump ${IN_REDIRECT}` && has(form, kind))],
    ['others', returns.filter((form) => form.out === 'lo' && has(form, `!${kind}`))],
    ['return', returns.filter((form) => form.shape === kind)],
    ['marks', marks.filter((form) => has(form, kind))],
    ['zones', zones.filter((form) => form.target === 'ct' && has(form, kind))],
  ];
}

function has(form: Form, word: string): boolean {
  return form.shape.split(' ').includes(word);
}

function idsOf(form: Form, kind: Kind): readonly number[] {
  return kind === 'gid' ? form.gids : form.uid === undefined ? [] : [form.uid];
}

/** Capture by owner group: between the proxy's own rules and what follows them in ISTIO_OUTPUT. */
export function readOwnerGroups(context: Reader, proxy: Observed): Observed {
  if (!context.has('owner-groups')) return {};
  const places = context.view.families.map((family) =>
    placeOfGroups(context, context.view.forms(family, 'nat', OUT), proxy),
  );
  const [first = []] = places;
  const included = first.find((form) => form.target === 'return' && form.shape === '!gid');
  if (included !== undefined) return { ownerGroupsInclude: included.gids.map(String) };
  // A bare RETURN is what an empty list of groups becomes, and also the end of all capture.
  if (context.reading === 'literal' && returned(first, '').length > 0) return { ownerGroupsInclude: [] };
  const lists = places.map((place) => unique(returned(place, 'gid').flatMap((form) => form.gids)));
  const excluded = commonExemptions(lists).map(String);
  return excluded.length > 0 ? { ownerGroupsInclude: '*', ownerGroupsExclude: excluded } : {};
}

function placeOfGroups(
  { reading }: Reader,
  forms: readonly Form[],
  { proxyUid = [], proxyGid = [] }: Observed,
): readonly Form[] {
  const isProxys = (form: Form): boolean =>
    !form.shape.includes('udp') &&
    (proxyUid.includes(form.uid ?? -1) || (form.gids.length === 1 && proxyGid.includes(form.gids[0] ?? -1)));
  const last = forms.findLastIndex(isProxys);
  // A group of the proxy's own may be excluded once more, which moved or lost rules of the proxy would look like.
  const ownCall = forms.findLastIndex((form) => form.target === `jump ${IN_REDIRECT}` && isProxys(form));
  const spared = forms.findIndex((form, at) => at > ownCall && form.out === undefined && isProxys(form));
  const start = (reading === 'literal' && spared >= 0 ? spared : last) + 1;
  return between(forms.slice(start), 0, forms.slice(start).findIndex(isBehindOwners));
}

/** DNS, localhost, or the capture: what may come next in ISTIO_OUTPUT. */
function isBehindOwners(form: Form): boolean {
  const moves = (form.target.startsWith('jump ') && hasIstioPrefix(form.target.slice(5))) || form.target === 'redirect';
  return moves || (form.target === 'return' && form.shape === 'to');
}
