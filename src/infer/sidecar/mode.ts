import { DIVERT, IN, IN_REDIRECT, TPROXY } from '../../istio/iptables-chains.ts';
import { mainFamily, type Reader } from '../context.ts';
import type { Form } from '../rule-pattern.ts';

const ENTERS = `jump ${IN}`;

/**
 * Whether inbound traffic is taken by TPROXY, from what stands in mangle against what stands in nat. IPv6 follows IPv4:
 * releases before 1.12 redirect it even then.
 */
export function readMode(context: Reader): 'REDIRECT' | 'TPROXY' {
  if (context.given.interceptionMode !== undefined) return context.given.interceptionMode;
  return signsOfTproxy(context) > signsOfRedirect(context) ? 'TPROXY' : 'REDIRECT';
}

function signsOfTproxy(context: Reader): number {
  const family = mainFamily(context);
  const mangle = (chain: string): readonly Form[] => context.view.forms(family, 'mangle', chain);
  const chains = [TPROXY, DIVERT, IN].filter((chain) => mangle(chain).length > 0);
  const marks = mangle('OUTPUT').some((form) => form.target === 'connmark-restore' || form.shape === 'from !to tcp');
  const enters = mangle('PREROUTING').some((form) => form.target === ENTERS);
  return chains.length + Number(marks) + Number(enters);
}

function signsOfRedirect(context: Reader): number {
  const family = mainFamily(context);
  const enters = context.view.forms(family, 'nat', 'PREROUTING').some((form) => form.target === ENTERS);
  const captures = context.view.forms(family, 'nat', IN);
  return Number(enters) + Number(captures.some((form) => form.target === `jump ${IN_REDIRECT}`));
}
