import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { formatConfig, parseConfigFile } from '../../../src/parse/config/index.ts';
import * as scenarios from '../../diagnose/recorded.ts';
import { CLAIMS } from '../../layout/proof/mixtures.ts';
import { haveRecordings, recordedReleases, recordedTexts, recordings } from '../../layout/recordings.ts';
import type { Dice } from '../symbolic/dice.ts';

/** What holds rules: a variant of iptables, or nft itself. */
export type Holder = 'iptables-legacy' | 'iptables-nft' | 'native';

/** Rules that are loaded with the tool of their holder. */
export interface Rules {
  readonly holder: Holder;
  readonly family: 'ipv4' | 'ipv6' | 'inet';
  readonly text: string;
}

/** A pod to load into a kernel, and the configuration that it was programmed with. */
export interface Source {
  readonly id: string;
  readonly config: Config;
  /** The same as the text of a configuration file. */
  readonly configFile: string;
  readonly rules: readonly Rules[];
}

const KINDS = ['sidecar-iptables', 'sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables'];

/** One of the recordings; of the project's own where there are no others. */
export function anySource(dice: Dice): Source {
  if (!haveRecordings || dice.oneIn(8)) return anyScenario(dice);
  if (dice.oneIn(20)) return anyMixture(dice);
  const kind = dice.pick(KINDS);
  const recording = dice.pick(recordings(kind, dice.pick(recordedReleases(kind))));
  const configFile = JSON.stringify(formatConfig(recording.config));
  return { id: recording.id, config: recording.config, configFile, rules: rulesOf(recording.recorded, dice) };
}

function anyScenario(dice: Dice): Source {
  const scenario = dice.pick(scenarios.recordings());
  const { name, variant, files } = scenario;
  const configFile = JSON.stringify(scenario.config);
  const { inputs } = parseConfigFile(configFile, name);
  const config = { ...defaultConfig(inputs.istioVersion ?? '1.28.10', 'istio-init', inputs.dataplane), ...inputs };
  const named = Object.fromEntries(Object.entries(files).map(([file, text]) => [file.replace('rules', variant), text]));
  return { id: `scenario ${name} ${variant}`, config, configFile, rules: rulesOf(named, dice) };
}

function anyMixture(dice: Dice): Source {
  const { id, recorded } = dice.pick(recordedTexts('mixtures'));
  const configFile = JSON.stringify(CLAIMS[id.replace('mixtures/', '')]?.flags ?? {});
  const { inputs } = parseConfigFile(configFile, id);
  const config = { ...defaultConfig('1.28.10', 'istio-init', inputs.dataplane), ...inputs };
  const native = (recorded['ruleset.nft'] ?? '')
    .split(/^(?=table )/m)
    .filter((table) => table.startsWith('table inet'));
  return {
    id,
    config,
    configFile,
    rules: [
      ...saves({ 'v4.save': recorded['legacy.v4.save'] ?? '' }, 'iptables-legacy'),
      ...saves({ 'v4.save': recorded['nft.v4.save'] ?? '' }, 'iptables-nft'),
      ...(native.length > 0 ? [{ holder: 'native', family: 'inet', text: native.join('') } as const] : []),
    ],
  };
}

function rulesOf(recorded: Readonly<Record<string, string>>, dice: Dice): Rules[] {
  const native = recorded['ruleset.nft'];
  if (native !== undefined) return [{ holder: 'native', family: 'inet', text: native }];
  const variant = 'nft.v4.save' in recorded && 'legacy.v4.save' in recorded ? dice.pick(['legacy', 'nft']) : null;
  const prefix = variant ?? ('nft.v4.save' in recorded ? 'nft' : 'legacy');
  const texts = { 'v4.save': recorded[`${prefix}.v4.save`] ?? '', 'v6.save': recorded[`${prefix}.v6.save`] ?? '' };
  return saves(texts, prefix === 'nft' ? 'iptables-nft' : 'iptables-legacy');
}

function saves(texts: Readonly<Record<string, string>>, holder: Holder): Rules[] {
  return Object.entries(texts).flatMap(([file, text]) =>
    text.trim() === '' ? [] : [{ holder, family: file.startsWith('v4') ? 'ipv4' : 'ipv6', text } as const],
  );
}
