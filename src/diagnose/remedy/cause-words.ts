import type { LikelyCause, Writer } from './causes.ts';
import { settingName } from './settings.ts';
import type { Situation } from './situation.ts';

/** The likely cause as one sentence; null where the evidence says no more than the finding does. */
export function causeInWords(cause: LikelyCause, situation: Situation): string | null {
  switch (cause.kind) {
    case 'foreign':
      return wroteIt(cause.writer);
    case 'policy':
      return `${whoIn(cause.writer)} closed the pod but for what its rules admit, and Istio's ports are not among that.`;
    case 'by-hand':
      return 'Istio writes no such rule for any setting: a script or a person added it.';
    case 'setting':
      return settingInWords(cause, situation);
    case 'flushed':
      return `All rules of ${cause.what} are gone at once: somebody flushed it.`;
    case 'gone':
      return goneInWords(cause);
    case 'part-gone':
      return 'Writing the rules failed or stopped half way, or somebody removed whole chains since.';
    case 'other-plane':
      return cause.both
        ? 'A sidecar was injected into a pod that ambient took as well, or the pod was moved while it ran.'
        : 'The pod was programmed for the other data plane.';
    case 'rule-lost':
      return cause.several
        ? 'Some rules are gone and the rest is here: somebody deleted them, or another program replaced them.'
        : 'A single rule is gone and the rest is here: somebody deleted it, or another program replaced it.';
    case 'order':
      return 'Rules were inserted one by one: Istio writes all of them at once, in its order.';
    case 'dormant':
      return `Somebody switched the table ${cause.table} off with nft.`;
    case 'guard':
      return 'Istio was interrupted while it replaced rules, and left the DROP that it puts in front meanwhile.';
    case 'other-release':
      return cause.left
        ? `Istio ${cause.release} programmed the pod before, and its rules were not cleaned up.`
        : `The pod was created with Istio ${cause.release}, and has not been replaced since the upgrade.`;
    case 'not-listening':
      return NOT_LISTENING[cause.who];
    case 'connection':
      return CONNECTION[cause.why];
    case 'told':
      return null;
  }
}

const NOT_LISTENING = {
  // The message of the finding says it.
  nobody: null,
  proxy: 'The proxy has not started, has crashed, or waits for its configuration.',
  dns: 'The rules capture DNS and the proxy does not answer it: only one of the two was told to.',
  stranger: "No program of Istio's has that port: the rule that leads there is not Istio's.",
  'other-address': 'The proxy listens, on an address that these connections do not come to.',
} as const;

const CONNECTION = {
  rule: 'A rule lets it by, which is a finding of its own.',
  'no rule': 'No rule takes it: one is missing, which is a finding of its own.',
  older: 'It was opened before the rules were there.',
  unseen: null,
} as const;

const KINDS: Readonly<Record<Writer['kind'], string>> = {
  'container-engine': 'A container engine',
  vpn: 'A VPN',
  mesh: 'Another mesh',
  network: 'The network of the cluster',
  security: 'A firewall or security agent',
  unknown: 'A script or a person',
};

function whoIn({ kind, name }: Writer): string {
  return name === null ? KINDS[kind] : `${KINDS[kind]} (${name})`;
}

function wroteIt(writer: Writer): string {
  return writer.kind === 'unknown'
    ? 'A script or a person wrote this rule: it bears no name of a known program.'
    : `${whoIn(writer)} wrote this rule.`;
}

function goneInWords({ how, sign, family }: Extract<LikelyCause, { kind: 'gone' }>): string | null {
  const which = family === 'ipv6' ? 'The rules of IPv6' : 'The rules';
  if (how === 'lost') return `${which} were here and somebody flushed them: ${sign}.`;
  return how === 'never'
    ? `${which} were never written, or the network namespace is a new one: no trace of them.`
    : null;
}

/** A value that the pod tells itself came later than its rules, or the rules were changed since. */
function settingInWords(
  { keys, stray, several }: Extract<LikelyCause, { kind: 'setting' }>,
  { origin }: Situation,
): string {
  const [key] = keys;
  const name = key === undefined ? 'configuration' : settingName(key);
  const isPods = keys.some((one) => origin[one] === 'annotation');
  const start = isPods
    ? `The pod was given this ${name} after its rules were written`
    : `The rules were written for another ${name}`;
  if (several) return `${start}.`;
  return `${start}, or somebody ${stray ? 'added' : 'deleted'} the rule.`;
}
