import { IN } from '../../istio/iptables-chains.ts';
import {
  type Clause,
  connmark,
  from,
  gid,
  inInterface,
  mark,
  not,
  outInterface,
  RETURN,
  setMark,
  tcp,
  to,
  uid,
} from '../clauses.ts';
import type { Plan } from './plan.ts';

/** The mark of what the proxy sends to its own pod; not configurable. */
const OUTBOUND_MARK = 1338;
const ALL = 0xffffffff;
const onLo = outInterface('lo');

/**
 * The half of TPROXY that leads answers back through the proxy. Istio programs it even without inbound capture, and
 * mangle ISTIO_INBOUND then exists with nothing that jumps to it.
 */
export function keepMarks(plan: Plan): void {
  if (!plan.tproxy || !plan.has('connmark')) return;
  const marked = mark(plan.config.inboundTproxyMark);
  plan.mangle.append('PREROUTING', [tcp, marked], { kind: 'connmark-save', nfmask: ALL, ctmask: ALL });
  if (plan.has('outbound-mark')) markOwnCalls(plan, marked);
  const ofMarked = connmark(plan.config.inboundTproxyMark);
  plan.mangle.append('OUTPUT', [tcp, ofMarked], { kind: 'connmark-restore', nfmask: ALL, ctmask: ALL });
  plan.mangle.insert(IN, 1, [tcp, marked], RETURN);
  if (plan.has('outbound-mark')) {
    plan.mangle.insert(IN, 2, [tcp, from(plan.passthrough), inInterface('lo')], RETURN);
    plan.mangle.insert(IN, 3, [tcp, inInterface('lo'), not(mark(OUTBOUND_MARK))], RETURN);
  }
}

function markOwnCalls(plan: Plan, marked: Clause): void {
  plan.mangle.append('OUTPUT', [tcp, onLo, marked], RETURN);
  for (const owner of [...plan.config.proxyUid.map(uid), ...plan.config.proxyGid.map(gid)]) {
    plan.mangle.append('OUTPUT', [not(to(plan.loopback)), tcp, onLo, owner], setMark(OUTBOUND_MARK));
  }
}

/** 1.6 – 1.8: answers from localhost to elsewhere carry the mark, and so come back in by lo. */
export function markLoopback(plan: Plan): void {
  if (!plan.tproxy || !plan.has('loopback-mark')) return;
  const clauses = [tcp, from(plan.loopback), not(to(plan.loopback))];
  plan.mangle.append('OUTPUT', clauses, setMark(plan.config.inboundTproxyMark));
}
