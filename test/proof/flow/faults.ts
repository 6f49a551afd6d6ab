import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { parseConfigFile } from '../../../src/parse/config/index.ts';
import { type Recorded, recordings } from '../../diagnose/recorded.ts';
import type { Attempt } from '../../kernel/index.ts';
import { ADDRESSES } from '../layouts/packets.ts';
import type { Subject } from './subjects.ts';

let known: readonly Subject[] | null = null;

/** The rules of every recorded scenario, sound or broken. */
export function scenarios(): readonly Subject[] {
  known ??= recordings().flatMap((one): Subject[] => {
    const texts = textsOf(one);
    const variant = one.variant === 'native' ? 'native' : one.variant === 'legacy' ? 'legacy' : 'nft';
    return texts.length === 0 ? [] : [{ name: `${one.name} ${variant}`, config: configOf(one), variant, texts }];
  });
  return known;
}

/** One scenario in one variant. */
export function scenario(name: string): Subject {
  const found = scenarios().find((one) => one.name === name);
  if (!found) throw new Error(`no scenario ${name}`);
  return found;
}

function configOf({ config, name }: Recorded): Config {
  const { inputs, errors } = parseConfigFile(JSON.stringify(config), name);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const version = inputs.istioVersion ?? '1.28.10';
  return { ...defaultConfig(version, 'istio-init', inputs.dataplane ?? 'sidecar'), ...inputs };
}

/** Where both variants or native tables hold rules, the saved text of one of them does not tell all. */
function textsOf({ files }: Recorded): Subject['texts'] {
  const names = Object.keys(files).filter((name) => name.startsWith('rule'));
  if (!names.every((name) => /^rules\.v[46]\.save$/.test(name))) return [];
  return names.map((name) => ({
    tool: name === 'rules.v4.save' ? 'iptables-save' : 'ip6tables-save',
    text: files[name] ?? '',
  }));
}

const { own, remote } = ADDRESSES.ipv4;
const INBOUND: Attempt = { from: 'peer', to: own, port: 8080 };
const OUTBOUND: Attempt = { from: 'pod', uid: 1000, to: remote, port: 443 };
const PROXY: Attempt = { ...OUTBOUND, uid: 1337 };

/** A fault: the step that is wrong, how the life ends, and who gets a real connection that is made at that point. */
export interface Fault {
  readonly scenario: string;
  readonly journey: 'inbound' | 'outbound';
  /** Hook, chain, index of the live rule (0: none), action. */
  readonly wrong: string;
  readonly end: string;
  readonly attempt: Attempt;
  readonly landed: string;
}

export const FAULTS: readonly Fault[] = [
  {
    ...{ scenario: 'inbound-jump-deleted nft', journey: 'inbound', end: 'application' },
    ...{ wrong: 'PREROUTING PREROUTING 0 none', attempt: INBOUND, landed: 'app' },
  },
  {
    ...{ scenario: 'inbound-redirect-deleted legacy', journey: 'inbound', end: 'application' },
    ...{ wrong: 'PREROUTING ISTIO_IN_REDIRECT 0 return', attempt: INBOUND, landed: 'app' },
  },
  {
    ...{ scenario: 'accept-ahead-of-inbound legacy', journey: 'inbound', end: 'application' },
    ...{ wrong: 'PREROUTING PREROUTING 1 accept', attempt: INBOUND, landed: 'app' },
  },
  {
    ...{ scenario: 'inbound-wrong-port nft', journey: 'inbound', end: 'unknown' },
    ...{ wrong: 'PREROUTING ISTIO_IN_REDIRECT 1 redirect 15007', attempt: INBOUND, landed: 'refused' },
  },
  {
    ...{ scenario: 'outbound-jump-deleted nft', journey: 'outbound', end: 'wire' },
    ...{ wrong: 'OUTPUT OUTPUT 0 none', attempt: OUTBOUND, landed: 'peer' },
  },
  {
    ...{ scenario: 'exemptions-deleted legacy', journey: 'outbound', end: 'loop' },
    ...{ wrong: 'OUTPUT ISTIO_OUTPUT 7 jump ISTIO_REDIRECT', attempt: PROXY, landed: 'proxy-outbound' },
  },
  {
    ...{ scenario: 'exemptions-of-another-uid nft', journey: 'outbound', end: 'loop' },
    ...{
      wrong: 'OUTPUT ISTIO_OUTPUT 9 jump ISTIO_REDIRECT',
      attempt: { ...PROXY, uid: 1000680001 },
      landed: 'proxy-outbound',
    },
  },
  {
    ...{ scenario: 'passthrough-source-deleted nft', journey: 'inbound', end: 'loop' },
    wrong: 'OUTPUT ISTIO_OUTPUT 1 jump ISTIO_IN_REDIRECT',
    attempt: { from: 'pod', uid: 1337, source: '127.0.0.6', to: own, port: 8080 },
    landed: 'proxy-inbound',
  },
  {
    ...{ scenario: 'redirected-packets-dropped nft', journey: 'inbound', end: 'dropped' },
    ...{ wrong: 'INPUT INPUT 1 drop', attempt: INBOUND, landed: 'timeout' },
  },
  {
    ...{ scenario: 'guardrails-left legacy', journey: 'outbound', end: 'dropped' },
    ...{ wrong: 'OUTPUT OUTPUT 1 drop', attempt: OUTBOUND, landed: 'timeout' },
  },
];
