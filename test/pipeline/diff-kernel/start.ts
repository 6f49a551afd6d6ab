import fc from 'fast-check';
import { buildLayout, defaultConfig, whyNoLayout } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { FAMILIES, type Family } from '../../../src/model/family.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { arbitraryRules } from '../../evaluate/random/index.ts';
import { anyConfig, configOf } from '../../infer/arbitrary.ts';
import type { Variant } from '../../kernel/index.ts';
import { haveRecordings, recordedReleases, recordings } from '../../layout/recordings.ts';
import { arbitraryTables } from '../../proof/nft/tables.ts';
import type { Dice } from '../../proof/symbolic/dice.ts';
import { namesFewMarks } from '../../proof/symbolic/verdicts.ts';

/** What holds the rules of a pair: a variant of iptables for one family, or nft for both. */
export type Form = { readonly variant: Variant; readonly family: Family } | { readonly variant: 'native' };

/** Where a ruleset to begin with came from. */
export type Origin = 'layout' | 'recording' | 'random';

/** A ruleset that somebody could have, from which edits start. */
export interface Start {
  readonly origin: Origin;
  readonly name: string;
  readonly ruleset: Ruleset;
}

/** The families that the rules of a form are about. */
export function familiesOf(form: Form): readonly Family[] {
  return form.variant === 'native' ? FAMILIES : [form.family];
}

/** Istio's rules of any release and inputs, recorded ones, or any at all. */
export function startOf(form: Form, dice: Dice): Start {
  const origin = dice.pick<Origin>([
    'layout',
    'layout',
    'layout',
    'layout',
    'recording',
    'recording',
    'recording',
    'random',
  ]);
  if (origin === 'recording' && haveRecordings) return recorded(form, dice);
  return origin === 'random' ? randomRules(form, dice) : layout(form, dice);
}

function one<T>(arbitrary: fc.Arbitrary<T>, dice: Dice): T {
  const [value] = fc.sample(arbitrary, { numRuns: 1, seed: dice.below(2 ** 31) });
  if (value === undefined) throw new Error('nothing was drawn');
  return value;
}

const NATIVE = ['1.27.9', '1.28.10', '1.31.0'];
const AMBIENT = ['1.21.6', '1.22.8', '1.23.6', '1.24.6', '1.25.5', '1.28.10', '1.29.3', '1.31.0'];

function layout(form: Form, dice: Dice): Start {
  const native = form.variant === 'native';
  const ambient = dice.oneIn(4);
  const sidecar = native ? one(fc.constantFrom(...NATIVE).chain(configOf), dice) : one(anyConfig, dice);
  const config: Config = {
    ...(ambient ? ambientConfig(dice) : sidecar),
    ...(native && { backend: 'nftables' as const }),
    ...(!native && form.family === 'ipv6' && { enableIpv6: true }),
  };
  const name = `${config.dataplane} ${config.istioVersion}`;
  const ruleset = buildLayout(config);
  // A configuration may leave a family without rules, and an early release a backend without a layout.
  if (whyNoLayout(config) !== null || own(ruleset, form).tables.every(isBare)) return layout(form, dice);
  return { origin: 'layout', name, ruleset: own(ruleset, form) };
}

function ambientConfig(dice: Dice): Config {
  const release = dice.pick(AMBIENT);
  const defaults = defaultConfig(release, 'istio-init', 'ambient');
  return {
    ...defaults,
    enableIpv6: true,
    interceptionMode: dice.pick([defaults.interceptionMode, 'REDIRECT', 'TPROXY']),
    redirectDns: dice.oneIn(2),
    ingressMode: dice.oneIn(3),
    dnsProxy: dice.pick(['unset', 'enabled', 'disabled']),
  };
}

function isBare({ chains }: Ruleset['tables'][number]): boolean {
  return chains.every(({ rules }) => rules.length === 0);
}

function own(ruleset: Ruleset, form: Form): Ruleset {
  if (form.variant === 'native') return ruleset;
  return { tables: ruleset.tables.filter(({ family }) => family === form.family) };
}

function recorded(form: Form, dice: Dice): Start {
  const backend = form.variant === 'native' ? 'nftables' : 'iptables';
  const kind = `${dice.pick(['sidecar', 'sidecar', 'ambient'])}-${backend}`;
  const release = dice.pick(recordedReleases(kind));
  const recording = dice.pick(recordings(kind, release));
  const ruleset = parsed(recording.recorded[fileOf(form)] ?? '', form);
  if (ruleset.tables.every(isBare) || namesSets(ruleset)) return recorded(form, dice);
  return { origin: 'recording', name: recording.id, ruleset };
}

function fileOf(form: Form): string {
  if (form.variant === 'native') return 'ruleset.nft';
  return `${form.variant}.${form.family === 'ipv4' ? 'v4' : 'v6'}.save`;
}

/** Rules on a node name sets of addresses, which are not in the text. */
function namesSets({ tables }: Ruleset): boolean {
  return tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ matches }) => matches.some(({ kind }) => kind === 'opaque'))),
  );
}

function randomRules(form: Form, dice: Dice): Start {
  const text = form.variant === 'native' ? one(arbitraryTables, dice) : one(arbitraryRules(form.family), dice);
  const ruleset = parsed(text, form);
  return namesFewMarks(ruleset) ? { origin: 'random', name: 'random rules', ruleset } : randomRules(form, dice);
}

/** What a text of that form says. */
export function parsed(text: string, form: Form): Ruleset {
  if (form.variant === 'native') return { tables: parseNft(text, { source: 'rules' }).tables };
  const { variant, family } = form;
  return { tables: parseIptables(text, { source: 'rules', family, backend: `iptables-${variant}` }).tables };
}
