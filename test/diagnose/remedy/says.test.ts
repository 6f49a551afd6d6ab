import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/diagnose/index.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Finding } from '../../../src/model/report.ts';
import { anyConfig } from '../../infer/arbitrary.ts';
import { foreignCases } from '../causes/foreign.ts';
import { judged } from '../causes/judged.ts';
import { mutationOf } from '../mutations.ts';
import { contextOf, diagnosisOf, podWith, saved } from '../pod-of.ts';
import { checkRecording, recordings, waysToRead } from '../recorded.ts';
import { faultsOf, linesOf } from './wording.ts';

const faulty = recordings()
  .filter(({ twin }) => twin !== null)
  .flatMap((recorded) => waysToRead(recorded).map((way) => ({ ...recorded, way })));

describe('the remedy of a recorded fault', () => {
  it.each(faulty)('breaks no rule: $name $variant, $way', async ({ way, ...recorded }) => {
    const { findings, istio } = await checkRecording(recorded, way);
    expect(findings.flatMap((finding) => faultsOf(finding, istio.dataplane))).toEqual([]);
  });
});

const RENEW =
  /^(Where that is so already, d|Once it does, or is out of the pod, d|D)elete the pod, so that its rules are written anew/;

/** By scenario, in its first finding: the likely cause, what the steps must say, and what they must not. */
const SAYS: Readonly<Record<string, readonly [cause: RegExp | null, must: readonly RegExp[], not?: RegExp]>> = {
  'never-programmed': [null, [/^Read why first: `kubectl logs POD -n NAMESPACE -c istio-init`/, RENEW]],
  'rules-flushed-chains-left': [
    /flushed them: Istio's chains are still here/,
    [RENEW, /NET_ADMIN that flushed/],
    /traffic\.sidecar/,
  ],
  'everything-flushed': [null, [/-c istio-init/, RENEW], /traffic\.sidecar/],
  'mangle-table-missing': [/failed or stopped half way/, [/-c istio-init/, RENEW, /kernel module/]],
  'redirect-where-tproxy-was-meant': [
    /another interceptionMode/,
    [/`sidecar.istio.io\/interceptionMode: "TPROXY"`/, RENEW],
  ],
  'dns-outbound-chain-flushed': [
    /All rules of ISTIO_OUTPUT are gone at once/,
    [RENEW, /NET_ADMIN/],
    /annotation|traffic\.sidecar/,
  ],
  'dns-raw-flushed': [/All rules of the table raw are gone/, [RENEW, /NET_ADMIN/]],
  'inbound-jump-deleted': [/A single rule is gone/, [RENEW, /^Or in the running pod, until it restarts/]],
  'exemptions-deleted': [/Some rules are gone/, [RENEW]],
  'accept-ahead-of-inbound': [
    /A script or a person wrote this rule/,
    [/NET_ADMIN that writes the rule/, RENEW],
    /annotation|excludeInboundPorts/,
  ],
  'dropped-in-mangle': [/A script or a person/, [/this opens what the rule blocks/]],
  'interface-excluded-by-others': [/A VPN \(WireGuard\) wrote this rule/, [/^Run the VPN in a pod of its own/, RENEW]],
  'chain-of-another-agent': [/A VPN/, [RENEW], /excludeOutbound/],
  'input-policy-drop': [
    /closed the pod/,
    [/admit lo, tcp 15006 and 15008/, /kill switch/, /this opens lo and Istio's ports, and nothing else/],
  ],
  'guardrails-left': [/Istio was interrupted/, [RENEW, /istio-cni-node/, /opens what Istio's own guard blocks/]],
  'inbound-exclusion-without-effect': [
    /another excludeInboundPorts/,
    [/`traffic.sidecar.istio.io\/excludeInboundPorts: "8081"`/, RENEW],
  ],
  'inbound-exclusion-deleted': [/A single rule is gone/, [RENEW], /excludeInboundPorts/],
  'inbound-port-excluded': [
    /another excludeInboundPorts, or somebody added/,
    [/has no `traffic.sidecar.istio.io\/excludeInboundPorts`/, RENEW],
  ],
  'outbound-exclusion-deleted': [/another excludeOutboundPorts/, [/excludeOutboundPorts: "3306"`/, RENEW]],
  'outbound-range-not-included': [/another includeOutboundIPRanges/, [/includeOutboundIPRanges: "10.96.0.0\/12"`/]],
  'interface-redirect-deleted': [/list of virtual interfaces/, [/`istio.io\/reroute-virtual-interfaces: "tap0"`/]],
  'dns-never-captured': [/another ISTIO_META_DNS_CAPTURE/, [/`ISTIO_META_DNS_CAPTURE: "true"`/, RENEW]],
  'dns-returned': [/Istio writes no such rule/, [RENEW], /annotation/],
  'invalid-not-dropped': [/INVALID_DROP/, [/`INVALID_DROP: "true"`/]],
  'inbound-wrong-port': [/another port of the proxy/, [/meshConfig.proxyInboundListenPort: 15006/, RENEW]],
  'redirect-ahead-of-exclusions': [/Rules were inserted one by one/, [RENEW]],
  'ipv6-captured-though-off': [/another setting of IPv6/, [/ISTIO_DUAL_STACK: "true"/]],
  'ipv6-flushed-after-programming': [
    /flushed them: lo still has the address ::6/,
    [RENEW, /NET_ADMIN/],
    /ISTIO_DUAL_STACK/,
  ],
  'ipv6-never-programmed': [/never written/, [/ISTIO_DUAL_STACK/, RENEW]],
  'proxy-not-started': [
    /has not started, has crashed/,
    [/-c istio-proxy` \(after a crash with `--previous`\)/, /only late/, /kubectl delete pod/],
  ],
  'dns-listener-missing': [/the proxy does not answer it/, [/-c istio-proxy/]],
  'older-layout': [/not been replaced since the upgrade/, [RENEW]],
  'ambient-flushed-chains-left': [/flushed them/, [RENEW, /NET_ADMIN/]],
  'ambient-inbound-flushed': [/All rules of ISTIO_PRERT are gone/, [RENEW]],
  'ambient-where-sidecar-was-meant': [/other data plane/, [/istio.io\/dataplane-mode: none/, RENEW]],
  'sidecar-where-ambient-was-meant': [/other data plane/, [/sidecar.istio.io\/inject: "false"/, RENEW]],
};

describe('what fits the cause', () => {
  const named = faulty.filter(({ name, variant, way }, at, all) => {
    const first = all.findIndex((one) => one.name === name);
    return name in SAYS && at === first && variant !== '' && way !== undefined;
  });

  it('has every scenario that is listed', () => {
    expect(named.map(({ name }) => name).toSorted()).toEqual(Object.keys(SAYS).toSorted());
  });

  it.each(named)('is said and nothing else: $name', async ({ way, ...recorded }) => {
    const { findings } = await checkRecording(recorded, way);
    const [cause, must, not] = SAYS[recorded.name] ?? [null, []];
    const main = findings.find(({ code }) => code === recorded.codes[0]);
    expect(main).toBeDefined();
    if (cause === null) expect(main?.cause ?? '').toMatch(/^$|never written/);
    else expect(main?.cause).toMatch(cause);
    const { steps } = linesOf(main as Finding);
    for (const pattern of must) expect(steps).toContainEqual(expect.stringMatching(pattern));
    if (not !== undefined) expect(steps.join('\n')).not.toMatch(not);
  });
});

/** Who wrote each of the programs' rules, where they do harm: their names are in the likely cause. */
const WRITERS: Readonly<Record<string, RegExp>> = {
  'docker with published ports': /A container engine \(Docker\)/,
  'kube-proxy': /kube-proxy/,
  'a VPN with a kill switch': /A VPN \(WireGuard\)/,
  'a transparent proxy': /A script or a person/,
  'an agent that lets itself by': /A script or a person/,
  'a VPN client that allows its tunnel alone': /A VPN/,
};

describe('the rules of another program', () => {
  const BESIDE = [defaultConfig('1.28.10'), defaultConfig('1.28.10', 'istio-init', 'ambient')];
  const cases = BESIDE.flatMap((config) => foreignCases(config).map((one) => ({ ...one, plane: config.dataplane })));

  it.each(cases)('are met with steps that break no rule: $what ($plane)', (one) => {
    const { findings } = judged(one);
    expect(findings.flatMap((finding) => faultsOf(finding, one.plane))).toEqual([]);
    const writer = WRITERS[one.what];
    const loud = findings.filter(({ severity }) => severity !== 'info');
    if (writer !== undefined && one.plane === 'sidecar') expect(loud.map(({ cause }) => cause).join()).toMatch(writer);
  });
});

describe('a pod that tells its name', () => {
  const environment = { POD_NAME: 'web-1', POD_NAMESPACE: 'shop' };
  const context = contextOf(podWith(saved({}, (lines) => lines.filter((line) => !line.includes('ISTIO')))));
  const [found] = diagnose({ ...context, said: { ...context.said, environment } }).findings;

  it('is called so in every command', () => {
    expect(found?.code).toBe('NAT0105');
    expect(found?.remedy).toContain('`kubectl logs web-1 -n shop -c istio-init`');
    expect(found?.remedy).toContain('`kubectl delete pod web-1 -n shop`');
    expect(found?.remedy).not.toMatch(/POD|NAMESPACE/);
  });
});

describe('any fault of any layout', () => {
  it('has a remedy that breaks no rule', () => {
    const mutated = anyConfig.chain((config) =>
      mutationOf(expectedRuleset(config)).map((mutation) => ({ config, ...mutation })),
    );
    fc.assert(
      fc.property(mutated, ({ config, ruleset }) => {
        const { findings } = diagnosisOf(ruleset, config);
        const faults = findings.flatMap((finding) => faultsOf(finding, config.dataplane));
        expect(faults).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 240_000);
});
