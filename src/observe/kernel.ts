import { answerTo, type Capture } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Obstacle } from '../model/pod.ts';
import { once } from '../model/remembered.ts';
import type { Table } from '../model/ruleset.ts';
import { type NftListing, parseNft, type TableOutline } from '../parse/nft/index.ts';
import { actingElsewhere } from './elsewhere.ts';
import { toolComplained, toolFailed, toolMissing, unparsable, unrecognized } from './obstacles.ts';
import type { Refusal } from './rights.ts';
import { commandLine, endingOf } from './seen.ts';

/** What the kernel holds in nf_tables, in the order in which it was registered. */
export interface KernelView {
  /** Whether there is no nft at all: then nothing contradicts what other tools print. */
  readonly missing: boolean;
  /** Null: not known. Of what modules of xtables do in a rule only their names are shown. */
  readonly tables: readonly Table[] | null;
  /** The same in nft's text, with what libxtables translates of those modules. */
  readonly inText: () => readonly Table[];
  readonly obstacles: readonly Obstacle[];
  readonly diagnostics: readonly Diagnostic[];
  readonly refusals: readonly Refusal[];
}

const WHAT = 'the rules of nftables';

/**
 * nf_tables as `nft -j` shows it. Only JSON can be trusted: in the text, names stand as they are, and whoever made them
 * may have put line ends and braces into them. So where nft has no JSON, or cannot print it (a name that is not UTF-8),
 * nothing is known.
 */
export function kernelView(capture: Capture): KernelView {
  const json = answerTo(capture, 'nft-ruleset-json');
  if (json === null || endingOf(json) === 'unavailable')
    return { ...unknown([toolMissing('nft', [json], WHAT, 'rules')]), missing: true };
  if (endingOf(json) === 'refused') return unknown([], [{ what: WHAT, needs: 'nft' }]);
  if (endingOf(json) === 'failed') return unknown([toolFailed(json, WHAT, 'rules')]);
  const text = once(() => listedInText(capture));
  const { tables, elsewhere, outline, diagnostics } = withFlags(json, text);
  const loss = unparsable(json, diagnostics, 'rules') ?? unrecognized(json, outline) ?? complaint(json);
  return {
    missing: false,
    tables,
    inText: () => text()?.tables ?? [],
    obstacles: [...(loss === null ? [] : [loss]), ...actingElsewhere(elsewhere)],
    diagnostics,
    refusals: [],
  };
}

function unknown(obstacles: readonly Obstacle[], refusals: readonly Refusal[] = []): KernelView {
  return { missing: false, tables: null, inText: () => [], obstacles, diagnostics: [], refusals };
}

function listedInText(capture: Capture): NftListing | null {
  const text = answerTo(capture, 'nft-ruleset');
  if (text === null || endingOf(text) !== 'succeeded') return null;
  return parseNft(text.stdout, { source: commandLine(text) });
}

/**
 * nft 1.0.6 prints in JSON that a table has flags, but not which. Its text says which, and is trusted where it has the
 * same tables, chains and numbers of rules, one after the other: whatever a name made of it would be one more.
 */
function withFlags(json: CommandResult, text: () => NftListing | null): NftListing {
  const source = commandLine(json);
  const listing = parseNft(json.stdout, { source });
  if (!listing.outline.some(({ dormant }) => dormant === 'unclear')) return listing;
  const outline = text()?.outline ?? [];
  if (!sameOutline(listing.outline, outline)) return listing;
  const dormant = new Map(outline.map((table) => [`${table.family} ${table.name}`, table.dormant === 'yes']));
  return parseNft(json.stdout, { source, isDormant: ({ family, name }) => dormant.get(`${family} ${name}`) });
}

function sameOutline(one: readonly TableOutline[], other: readonly TableOutline[]): boolean {
  return outlineText(one) === outlineText(other);
}

function outlineText(tables: readonly TableOutline[]): string {
  return JSON.stringify(tables.map(({ family, name, chains }) => [family, name, chains]));
}

/** What nft says on stderr while it succeeds: of the tables of iptables-nft, so that nobody touches them. */
const HARMLESS = /^# Warning: table ip6? [a-z]+ is managed by iptables-nft, do not touch!$/;

/** An expression that this nft does not know is left out of the rule that it prints, and named on stderr alone. */
function complaint(json: CommandResult): Obstacle | null {
  const said = json.stderr.split('\n').find((line) => line.trim() !== '' && !HARMLESS.test(line));
  if (said === undefined) return null;
  return toolComplained(json, said, 'rules');
}
