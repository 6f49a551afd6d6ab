import { PRERT } from '../../istio/iptables-chains.ts';
import { AMBIENT_MASK, CONNECTION_MARK } from '../../istio/marks.ts';
import { PORT } from '../../istio/ports.ts';
import type { Target } from '../../model/target.ts';
import { ACCEPT, ctState, inInterface, not, tcp, tcpDport, to } from '../clauses.ts';
import { type AmbientPlan, notOfZtunnel } from './plan.ts';

/** Inbound capture by TPROXY, the only one until 1.23.1 and gone with 1.25. */
export function captureByTproxy(plan: AmbientPlan): void {
  const elsewhere = not(to(plan.loopback));
  plan.mangle.append(PRERT, [elsewhere, inInterface('lo'), tcp], ACCEPT);
  plan.mangle.append(PRERT, [tcp, tcpDport(PORT.hbone), notOfZtunnel], tproxyTo(plan, PORT.hbone));
  plan.mangle.append(PRERT, [tcp, ctState('RELATED', 'ESTABLISHED')], ACCEPT);
  plan.mangle.append(PRERT, [elsewhere, tcp, notOfZtunnel], tproxyTo(plan, PORT.inbound));
}

function tproxyTo(plan: AmbientPlan, port: number): Target {
  return {
    kind: 'tproxy',
    port,
    address: 0n,
    family: plan.family,
    mark: { value: CONNECTION_MARK, mask: AMBIENT_MASK },
  };
}
