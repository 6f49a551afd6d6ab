import { OUT, REDIRECT } from '../../istio/iptables-chains.ts';
import { isOwnInterface } from '../../istio/virtual-interfaces.ts';
import { unique } from '../agree.ts';
import { inAll, listed, mainFamily, type Reader, returned } from '../context.ts';
import type { Form } from '../rule-pattern.ts';
import type { Observed } from '../types.ts';

/** Excluded and virtual interfaces: both show in PREROUTING, the first in OUTPUT too, the second also as a redirect. */
export function readInterfaces(context: Reader): Observed {
  const excludeInterfaces = context.has('exclude-interfaces') ? excludedInterfaces(context) : [];
  const rerouteVirtualInterfaces = context.has('virtual-interfaces') ? virtual(context, excludeInterfaces) : [];
  return {
    ...(excludeInterfaces.length > 0 && { excludeInterfaces }),
    ...(rerouteVirtualInterfaces.length > 0 && { rerouteVirtualInterfaces }),
  };
}

/**
 * Istio returns an excluded interface in two hooks, and in TPROXY mode in two tables: one rule alone is not Istio's, unless
 * the other half would stand in a table that was not seen.
 */
function excludedInterfaces(context: Reader): readonly string[] {
  // First where nothing else returns interfaces, so that its order is the list's.
  const places = ['nat', 'mangle'].flatMap((table) => [
    leaving(inAll(context, table, 'OUTPUT')),
    arriving(inAll(context, table, 'PREROUTING')),
  ]);
  const enough = context.given.interceptionMode === 'TPROXY' && !context.sawMangle ? 1 : 2;
  const names = unique(places.flat()).filter((name) => places.filter((place) => place.includes(name)).length >= enough);
  const known = leaving(context.view.forms(mainFamily(context), 'nat', 'OUTPUT')).filter((name) =>
    names.includes(name),
  );
  return listed(context, [...known, ...names.filter((name) => !known.includes(name))]);
}

function leaving(forms: readonly Form[]): string[] {
  return returned(forms, 'out').flatMap((form) => form.out ?? []);
}

function arriving(forms: readonly Form[]): string[] {
  return returned(forms, 'in').flatMap((form) => form.in ?? []);
}

/**
 * Virtual interfaces are inserted at the head, so they stand in reverse. Where nothing outbound is captured (or not yet)
 * only their RETURN is left, which anybody could have put there for an interface that the pod is reached by.
 */
function virtual(context: Reader, excludes: readonly string[]): string[] {
  const hook = inAll(context, 'nat', 'PREROUTING');
  const redirected = hook.filter((form) => form.target === `jump ${REDIRECT}`).flatMap((form) => form.in ?? []);
  const captures = inAll(context, 'nat', OUT).some(capturesRanges);
  const alone = captures ? [] : onlyReturned(context, excludes);
  const virtuals = alone.filter((name) => context.reading === 'literal' || !isOwnInterface(name));
  return unique([...redirected, ...virtuals]).reverse();
}

function capturesRanges({ target, shape }: Form): boolean {
  return target === `jump ${REDIRECT}` && (shape === '' || shape === 'to');
}

/** The interfaces that return once more than their exclusion says. Excluded ones come after all virtual ones. */
function onlyReturned(context: Reader, excludes: readonly string[]): string[] {
  const names = arriving(context.view.forms(mainFamily(context), 'nat', 'PREROUTING'));
  const own = excludes.filter((name) => names.includes(name)).length;
  return names.slice(0, names.length - own);
}
