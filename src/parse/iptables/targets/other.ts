import type { Target } from '../../../model/target.ts';
import { asTokens, bad, type Option, type Options, type TargetModule, type Trouble } from '../module.ts';

/**
 * Targets after which the packet goes on to the next rule, with their options (iptables-extensions(8), 1.8.9).
 * What they change (ttl, tos, mss, logs, sets) no rule of ours looks at.
 */
const CONTINUE: Readonly<Record<string, Options>> = {
  AUDIT: { type: 1 },
  CHECKSUM: { 'checksum-fill': 0 },
  CLASSIFY: { 'set-class': 1 },
  CONNSECMARK: { save: 0, restore: 0 },
  DSCP: { 'set-dscp': 1, 'set-dscp-class': 1 },
  ECN: { 'ecn-tcp-remove': 0 },
  HL: { 'hl-set': 1, 'hl-dec': 1, 'hl-inc': 1 },
  IDLETIMER: { timeout: 1, label: 1, alarm: 0 },
  LED: { 'led-trigger-id': 1, 'led-delay': 1, 'led-always-blink': 0 },
  LOG: {
    'log-level': 1,
    'log-prefix': 1,
    'log-tcp-sequence': 0,
    'log-tcp-options': 0,
    'log-ip-options': 0,
    'log-uid': 0,
    'log-macdecode': 0,
  },
  NFLOG: { 'nflog-group': 1, 'nflog-prefix': 1, 'nflog-range': 1, 'nflog-size': 1, 'nflog-threshold': 1 },
  RATEEST: { 'rateest-name': 1, 'rateest-interval': 1, 'rateest-ewmalog': 1 },
  SECMARK: { selctx: 1 },
  SET: { 'add-set': 2, 'del-set': 2, 'map-set': 2, timeout: 1, exist: 0, 'map-mark': 0, 'map-prio': 0, 'map-queue': 0 },
  TCPMSS: { 'set-mss': 1, 'clamp-mss-to-pmtu': 0 },
  TCPOPTSTRIP: { 'strip-options': 1 },
  TEE: { gateway: 1, oif: 1 },
  TOS: { 'set-tos': 1, 'and-tos': 1, 'or-tos': 1, 'xor-tos': 1 },
  TRACE: {},
  TTL: { 'ttl-set': 1, 'ttl-dec': 1, 'ttl-inc': 1 },
  ULOG: { 'ulog-nlgroup': 1, 'ulog-prefix': 1, 'ulog-cprange': 1, 'ulog-qthreshold': 1 },
};

/** REJECT, and everything after which the next rule is asked. */
export const OTHER_TARGETS: Readonly<Record<string, TargetModule>> = {
  REJECT: { options: { 'reject-with': 1 }, build: buildReject },
  ...Object.fromEntries(
    Object.entries(CONTINUE).map(([module, options]): [string, TargetModule] => [
      module,
      { options, repeats: true, build: (given) => buildContinue(module, given) },
    ]),
  ),
};

/** `SET --map-mark` writes the packet's mark from a set nobody shows us, so nothing can be said about what follows. */
function buildContinue(module: string, options: readonly Option[]): Target | Trouble {
  const mapsMark = options.find((option) => option.name === 'map-mark');
  if (mapsMark === undefined) return { kind: 'continue', module, args: asTokens(options) };
  const message = '--map-mark: a mark taken from a set is not understood';
  return { kind: 'trouble', severity: 'note', message, at: mapsMark.at };
}

function buildReject(options: readonly Option[]): Target | Trouble {
  const [option] = options;
  if (option === undefined) return { kind: 'reject' };
  const type = option.values[0] ?? '';
  return /^[a-z0-9-]+$/.test(type)
    ? { kind: 'reject', with: type }
    : bad(option, 'a type such as icmp-port-unreachable');
}
