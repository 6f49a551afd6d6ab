import { buildLayout, defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { FAMILIES } from '../../../src/model/family.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { type KernelPod, VARIANTS, type Variant } from '../../kernel/index.ts';
import { recordedReleases, recordings } from '../../layout/recordings.ts';

/** Rules to follow lives through: what they were made from, and the texts that are both loaded and read. */
export interface Subject {
  readonly name: string;
  readonly config: Config;
  readonly variant: Variant | 'native';
  /** The text of an iptables-save of each family, or of `nft list ruleset`. */
  readonly texts: readonly { readonly tool: string; readonly text: string }[];
}

/** Programs the rules in place of those before. */
export async function program(pod: KernelPod, { variant, texts }: Subject): Promise<void> {
  await pod.flush();
  for (const { tool, text } of texts) {
    if (variant === 'native') await pod.nft(text);
    else await pod.restore(variant, tool === 'iptables-save' ? 'ipv4' : 'ipv6', text);
  }
}

/** A layout as our own builder has it. */
export function generated(name: string, variant: Subject['variant'], inputs: Partial<Config>): Subject {
  const { istioVersion = '1.31.0', dataplane = 'sidecar' } = inputs;
  const backend = variant === 'native' ? 'nftables' : 'iptables';
  const config: Config = { ...defaultConfig(istioVersion, 'istio-init', dataplane), backend, ...inputs };
  const { tables } = buildLayout(config);
  const texts =
    variant === 'native'
      ? [{ tool: 'nft', text: printNft(tables) }]
      : FAMILIES.map((family) => ({
          tool: family === 'ipv4' ? 'iptables-save' : 'ip6tables-save',
          text: printSave(tables.filter((table) => table.family === family)),
        }));
  return { name: `${dataplane} ${name} ${istioVersion} ${variant}`, config, variant, texts };
}

const BOTH = { enableIpv6: true } as const;
const DNS = { ...BOTH, redirectDns: true, captureAllDns: true } as const;
const TPROXY = { ...BOTH, interceptionMode: 'TPROXY' } as const;
const AMBIENT = { ...BOTH, dataplane: 'ambient' } as const;

/** Every kind of layout, in a few releases and in turns in every backend: quick enough to run always. */
export const SAMPLE: readonly Subject[] = [
  generated('REDIRECT', 'legacy', { istioVersion: '1.2.10' }),
  generated('REDIRECT', 'nft', { istioVersion: '1.9.9' }),
  generated('REDIRECT', 'legacy', { ...BOTH, istioVersion: '1.28.10' }),
  generated('REDIRECT', 'nft', { dropInvalid: true }),
  generated('REDIRECT', 'native', BOTH),
  generated('TPROXY', 'nft', { ...TPROXY, istioVersion: '1.13.9', enableIpv6: false }),
  generated('TPROXY', 'legacy', TPROXY),
  generated('TPROXY', 'native', TPROXY),
  // The kernel makes a loop of it: see flow.test.ts.
  generated('TPROXY and a resolver on lo', 'nft', {
    ...TPROXY,
    ...{ enableIpv6: false, redirectDns: true, dnsServersV4: ['127.0.0.53'] },
  }),
  generated('DNS', 'legacy', { istioVersion: '1.8.6', redirectDns: true }),
  generated('DNS', 'legacy', { ...DNS, istioVersion: '1.20.8' }),
  generated('DNS', 'nft', DNS),
  generated('DNS', 'native', { ...DNS, enableIpv6: false }),
  generated('TPROXY', 'nft', { ...AMBIENT, istioVersion: '1.23.6', interceptionMode: 'TPROXY' }),
  generated('REDIRECT', 'legacy', { ...AMBIENT, redirectDns: true, enableIpv6: false }),
  generated('REDIRECT', 'native', { ...AMBIENT, redirectDns: true }),
];

/** Every recorded layout of a pod. Those of a node are not what requests of a pod meet. */
export function recorded(): Subject[] {
  return [
    ...ofKind('sidecar-iptables', VARIANTS),
    ...ofKind('ambient-iptables', VARIANTS),
    ...ofKind('sidecar-nftables', ['native']),
    ...ofKind('ambient-nftables', ['native']),
  ];
}

function ofKind(kind: string, variants: readonly Subject['variant'][]): Subject[] {
  return recordedReleases(kind)
    .flatMap((release) => recordings(kind, release))
    .filter(({ config }) => config.scope === 'pod')
    .flatMap(({ id, config, recorded: texts }) =>
      variants.map((variant) => ({ name: `${id} ${variant}`, config, variant, texts: textsOf(texts, variant) })),
    )
    .filter(({ texts }) => texts.length > 0);
}

function textsOf(recorded: Readonly<Record<string, string>>, variant: Subject['variant']): Subject['texts'] {
  const named =
    variant === 'native'
      ? [{ tool: 'nft', text: recorded['ruleset.nft'] }]
      : [
          { tool: 'iptables-save', text: recorded[`${variant}.v4.save`] },
          { tool: 'ip6tables-save', text: recorded[`${variant}.v6.save`] },
        ];
  return named.flatMap(({ tool, text }) => (text === undefined || text === '' ? [] : [{ tool, text }]));
}
