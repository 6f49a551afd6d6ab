import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declaredOf } from '../../../src/expect/declared.ts';
import { resolveConfig } from '../../../src/expect/layers.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../../src/model/config.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import type { CheckReport } from '../../../src/model/report.ts';
import { parseInput } from '../../../src/parse/config/index.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { createPod, type KernelPod, kernelTests } from '../../kernel/index.ts';
import { checkRecording, type Recorded, recordings, waysToRead } from '../recorded.ts';
import { runStep, stepsOf } from '../remedy-effects.ts';
import { linesOf } from './wording.ts';

/** What is followed: the steps with kubectl, or the commands in the running pod. Most remedies offer both. */
const BOTH = ['cluster', 'pod'] as const;
const CLUSTER = ['cluster'] as const;
type Way = (typeof BOTH)[number];

const FOLLOWED: Readonly<Record<string, readonly Way[]>> = {
  'everything-flushed': CLUSTER,
  'rules-flushed-chains-left': CLUSTER,
  'mangle-table-missing': CLUSTER,
  'redirect-where-tproxy-was-meant': CLUSTER,
  'nat-chains-missing': CLUSTER,
  'dns-outbound-chain-flushed': BOTH,
  'dns-never-captured': CLUSTER,
  'dns-returned': BOTH,
  'inbound-jump-deleted': BOTH,
  'outbound-jump-deleted': BOTH,
  'inbound-port-excluded': BOTH,
  'inbound-exclusion-without-effect': BOTH,
  'outbound-exclusion-deleted': BOTH,
  'outbound-range-excluded': BOTH,
  'interface-redirect-deleted': BOTH,
  'invalid-not-dropped': BOTH,
  'inbound-wrong-port': BOTH,
  'redirect-ahead-of-exclusions': BOTH,
  'accept-ahead-of-inbound': BOTH,
  'interface-excluded-by-others': BOTH,
  'dropped-in-mangle': BOTH,
  'guardrails-left': BOTH,
  'exemptions-deleted': BOTH,
  'ipv6-flushed-after-programming': CLUSTER,
  'jump-twice': BOTH,
  'older-layout': CLUSTER,
  'ambient-inbound-flushed': BOTH,
  'native-inbound-jump-deleted': BOTH,
  'native-redirect-ahead-of-exclusions': BOTH,
};

/** What no test here can follow. */
const NOT_FOLLOWED: Readonly<Record<string, readonly [step: RegExp, why: string]>> = {
  'proxy-not-started': [/kubectl logs .* -c istio-proxy/, 'there is no Envoy whose log could be read and mended'],
  'application-runs-as-proxy': [
    /another|other ids/,
    "the user of an application is its image's and its pod template's",
  ],
  'status-port-taken': [/another port/, 'an application has to be changed'],
  'input-policy-drop': [
    /Leave the policy/,
    'whoever set the policy has to admit more, and what it drops on purpose stays a finding',
  ],
};

const all = recordings();
const recordedAs = (name: string) =>
  all.find((one) => one.name === name && 'rules.v4.save' in one.files) ?? all.find((one) => one.name === name);

/** A recording of a pod that is as this one should be: the programs of a new pod are those of that. */
function newPodLike({ config, twin }: Recorded): Recorded | undefined {
  const same = all.find((one) => one.twin === null && isDeepStrictEqual(one.config, config));
  return same ?? recordedAs(twin ?? '');
}

kernelTests('a remedy that is followed to the letter', () => {
  let pod: KernelPod;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(() => pod.remove());

  const cases = Object.entries(FOLLOWED).flatMap(([name, ways]) => ways.map((way) => ({ name, way })));
  it.each(cases)('makes the pod healthy: $name, $way', async ({ name, way }) => {
    const recorded = recordedAs(name);
    if (recorded === undefined) throw new Error(`${name} is not recorded`);
    const before = await checkRecording(recorded, waysToRead(recorded)[0] ?? 'saved');
    expect(before.verdict).not.toBe('healthy');
    await pod.flush();
    if (way === 'cluster') await inNewPod(pod, recorded, before);
    else await inThisPod(pod, recorded, before);
    const sockets = (way === 'cluster' ? newPodLike(recorded) : recorded)?.files['sockets.ss'] ?? '';
    const files = { ...(await shown(pod, recorded)), 'sockets.ss': sockets };
    const after = await checkRecording({ ...recorded, files }, 'saved');
    const left = after.findings.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
    expect({ verdict: after.verdict, left }).toEqual({ verdict: 'healthy', left: [] });
  });
});

it.each(Object.entries(NOT_FOLLOWED))('%s is not followed: its step is not about rules', async (name, [step]) => {
  const recorded = recordedAs(name);
  const report = recorded && (await checkRecording(recorded, 'saved'));
  expect(report?.findings.map(({ remedy }) => remedy).join('\n')).toMatch(step);
});

/** `kubectl delete pod`: a new namespace, programmed with what the pod had and the settings that the steps name. */
async function inNewPod(pod: KernelPod, { config }: Recorded, report: CheckReport): Promise<void> {
  const steps = report.findings.flatMap((finding) => linesOf(finding).steps);
  expect(steps.join('\n')).toContain('kubectl delete pod');
  const meant = resolved(config);
  const named = steps.flatMap(settingsIn);
  const usual = defaultConfig(meant.istioVersion, 'istio-init', meant.dataplane);
  // What the steps name has to come from them: until then it is as it is by default.
  const without = { ...meant, ...Object.fromEntries(named.map(([key]) => [key, usual[key]])) };
  const inputs = named.map(([key, text]) => [key, inputOf(key, text, usual)]);
  await program(pod, { ...without, ...Object.fromEntries(inputs) });
}

/** The commands in the pod as it is. */
async function inThisPod(pod: KernelPod, { files }: Recorded, report: CheckReport): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    if (name.endsWith('.save')) await pod.restore('nft', name.includes('.v6.') ? 'ipv6' : 'ipv4', text);
    if (name === 'ruleset.nft') await pod.nft(text);
  }
  const steps = stepsOf(report);
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) await runStep(pod, step);
}

async function program(pod: KernelPod, config: Config): Promise<void> {
  const { tables } = expectedRuleset(config);
  const native = tables.filter(({ backend }) => backend === 'nftables');
  if (native.length > 0) await pod.nft(printNft(native));
  for (const family of FAMILIES) {
    const own = tables.filter((table) => table.backend !== 'nftables' && table.family === family);
    if (own.length > 0) await pod.restore('nft', family, printSave(own));
  }
}

/** The rules that are there, in the files in which the recording has its own. */
async function shown(pod: KernelPod, { files }: Recorded): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(files)) {
    if (name.endsWith('.save')) texts[name] = await pod.readBack('nft', name.includes('.v6.') ? 'ipv6' : 'ipv4');
    if (name === 'ruleset.nft') texts[name] = (await pod.exec(['nft', 'list', 'ruleset'])).stdout;
  }
  return texts;
}

function resolved(config: Recorded['config']): Config {
  const file = { name: 'config', text: JSON.stringify(config) };
  return resolveConfig(declaredOf({ file }).layers).config;
}

/** Settings as operators know them, and the inputs that they are. */
const SETTINGS: Readonly<Record<string, ConfigKey>> = {
  includeInboundPorts: 'inboundPortsInclude',
  excludeInboundPorts: 'inboundPortsExclude',
  includeOutboundIPRanges: 'outboundIpRangesInclude',
  excludeOutboundIPRanges: 'outboundIpRangesExclude',
  includeOutboundPorts: 'outboundPortsInclude',
  excludeOutboundPorts: 'outboundPortsExclude',
  excludeInterfaces: 'excludeInterfaces',
  'reroute-virtual-interfaces': 'rerouteVirtualInterfaces',
  interceptionMode: 'interceptionMode',
  ISTIO_META_DNS_CAPTURE: 'redirectDns',
  CAPTURE_ALL_DNS: 'captureAllDns',
  INVALID_DROP: 'dropInvalid',
  proxyInboundListenPort: 'inboundCapturePort',
  proxyListenPort: 'proxyPort',
};

/** What a step says to set: `NAME: "VALUE"`, or none of a name. */
function settingsIn(step: string): (readonly [ConfigKey, string | null])[] {
  return [...step.matchAll(/(no )?`(?:[a-zA-Z.]*[/.])?([A-Za-z_-]+)(?:: "?([^"`]*)"?)?`/g)].flatMap(
    ([, no, name = '', value]) => {
      const key = SETTINGS[name];
      return key === undefined || (value === undefined && no === undefined) ? [] : [[key, value ?? null] as const];
    },
  );
}

/** The annotation's value; to excluded ports Istio adds those that it reserves. */
function inputOf(key: ConfigKey, text: string | null, usual: Config): Config[ConfigKey] {
  if (text === null) return usual[key];
  const input = parseInput(key, text);
  if (!('value' in input)) throw new Error(`${key} cannot be ${text}`);
  if (key !== 'inboundPortsExclude') return input.value;
  return [...usual.inboundPortsExclude, ...(input.value as readonly number[])];
}
