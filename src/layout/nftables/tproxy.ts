import { IN, OUTPUT, PREROUTING } from '../../istio/native-chains.ts';
import {
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
import type { NativePlan } from './plan.ts';

const OUTBOUND_MARK = 1338;
const ALL = 0xffffffff;
const onLo = outInterface('lo');
const fromLo = inInterface('lo');

/** The half of TPROXY that leads answers back through the proxy. */
export function keepMarks(plan: NativePlan): void {
  if (!plan.tproxy) return;
  const { config, mangle, families } = plan;
  const marked = mark(config.inboundTproxyMark);
  mangle.append(PREROUTING, [tcp, marked], { kind: 'connmark-save', nfmask: ALL, ctmask: ALL });
  mangle.append(OUTPUT, [onLo, tcp, marked], RETURN);
  for (const owner of [...config.proxyUid.map(uid), ...config.proxyGid.map(gid)]) {
    for (const { loopback } of families) {
      mangle.append(OUTPUT, [onLo, tcp, not(to(loopback)), owner], setMark(OUTBOUND_MARK));
    }
  }
  const ofMarked = connmark(config.inboundTproxyMark);
  mangle.append(OUTPUT, [tcp, ofMarked], { kind: 'connmark-restore', nfmask: ALL, ctmask: ALL });
  insertReturns(plan);
}

/** Both families insert at the same index, so with IPv6 the IPv4 rule slides behind the one for lo. All of them return. */
function insertReturns({ config, mangle, families }: NativePlan): void {
  mangle.insert(IN, 1, [tcp, mark(config.inboundTproxyMark)], RETURN);
  for (const { passthrough } of families) mangle.insert(IN, 2, [fromLo, tcp, from(passthrough)], RETURN);
  mangle.insert(IN, 3, [fromLo, tcp, not(mark(OUTBOUND_MARK))], RETURN);
}
