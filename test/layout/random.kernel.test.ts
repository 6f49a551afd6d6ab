import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig, whyNoLayout, whyRefused } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';
import { check, expected } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';
import { type RawConfig, rawConfig } from './arbitrary.ts';
import { chainsOfSave } from './chains.ts';
import { haveKernel, type Kernel, openKernel } from './kernel.ts';

/** So many layouts, of every kind and release; the seed says which. */
const RUNS = Number(process.env.ISTIO_NAT_LAYOUT_RUNS ?? 30);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20261123);

type Variant = 'legacy' | 'nft';
type Texts = Readonly<Record<string, string>>;

describe.skipIf(!haveKernel)('layouts of random configurations', () => {
  let kernel: Kernel;
  let haveSets = false;
  beforeAll(() => {
    kernel = openKernel('random');
    haveSets = kernel.makeProbeSets();
  });
  afterAll(() => kernel?.close());

  it('are printed back by the kernel and found healthy', { timeout: 3_600_000 }, async () => {
    const layouts = rawConfig.filter((config) => hasLayout(config) && (haveSets || !needsSets(config)));
    await fc.assert(
      fc.asyncProperty(layouts, fc.constantFrom<Variant>('legacy', 'nft'), async (config, variant) => {
        const texts = config.backend === 'nftables' ? await native(config) : await saves(config, variant);
        const { verdict, findings, undetermined } = await judged(config, texts);
        const said = findings.filter(({ code }) => !REMARKS.has(code));
        const odd = findings.some(({ code, severity }) => code === WITHOUT_EFFECT && severity === 'warning');
        expect({ verdict, undetermined, said: said.map(({ code, message }) => `${code} ${message}`) }).toEqual({
          verdict: odd ? 'degraded' : 'healthy',
          undetermined: [],
          said: [],
        });
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  async function native(config: RawConfig): Promise<Texts> {
    const text = await printed(config, 'nft');
    const listing = kernel.load(text);
    expect(listing).toBe(text);
    return { listing, json: kernel.run('nft', '', '-j', 'list', 'ruleset') };
  }

  async function saves(config: RawConfig, variant: Variant): Promise<Texts> {
    const texts: Record<string, string> = {};
    for (const family of FAMILIES) {
      const text = await printed(config, 'save', family);
      const tool = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${variant}`;
      kernel.run(`${tool}-restore`, CLEAN + text);
      const back = kernel.run(`${tool}-save`, '');
      expect(chainsOfSave(back), tool).toEqual(chainsOfSave(text));
      texts[family] = back;
    }
    return texts;
  }
});

/** A warning or remark about the configuration, which random ones deserve: something excluded that is not captured anyway. */
const WITHOUT_EFFECT = 'NAT0209';
/** Remarks that are true here: legacy tables stay registered, this is a node, nothing inbound is to be captured. */
const REMARKS: ReadonlySet<string> = new Set([WITHOUT_EFFECT, 'NAT0702', 'NAT1005', 'NAT1007']);

/** Empties every table, so that nothing of an earlier layout is left where the next one has no table. */
const CLEAN = ['raw', 'mangle', 'nat', 'filter'].map((table) => `*${table}\nCOMMIT\n`).join('');

async function printed(config: RawConfig, output: 'save' | 'nft', family?: Family): Promise<string> {
  const request = { output, config: requestFor(), ...(family && { family }) };
  return (await expected(request, savedTexts({ config: JSON.stringify(config) }))).text;
}

function requestFor() {
  return { configFile: 'config', flags: {}, env: {} };
}

/** The report on the read-back texts, of which each form of nft's listing must do alone. */
async function judged(config: RawConfig, texts: Texts) {
  const outside = savedTexts({ ...texts, config: JSON.stringify(config) });
  const request = (files: readonly string[]) =>
    ({ source: { kind: 'rules', files }, config: requestFor(), toolVersion: '0' }) as const;
  if (texts.json === undefined) return check(request(Object.keys(texts)), outside);
  const [text, json] = [await check(request(['listing']), outside), await check(request(['json']), outside)];
  expect(json.findings).toEqual(text.findings);
  return text;
}

function hasLayout(raw: RawConfig): boolean {
  const { inputs, errors } = parseConfigFile(JSON.stringify(raw), 'config');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const { istioVersion = '', dataplane = 'sidecar' } = inputs;
  const config = { ...defaultConfig(istioVersion, 'istio-init', dataplane), ...inputs };
  return whyNoLayout(config) === null && whyRefused(config) === null;
}

function needsSets({ scope, dataplane, backend }: RawConfig): boolean {
  return scope === 'host' && dataplane === 'ambient' && backend === 'iptables';
}
