import { answerTo, type Capture } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Obstacle } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import { isWhole } from '../rules/agreement.ts';
import { inWordsOfIptables } from './agreement.ts';
import { chainPrints, withChains } from './chains.ts';
import { kernelView } from './kernel.ts';
import type { SeenTables } from './legacy.ts';
import { toolFailed, toolMissing, unparsable, unrecognized } from './obstacles.ts';
import { commandLine, endingOf, note } from './seen.ts';

/** `witnessed`: nft showed what the kernel holds, so that nothing is hidden behind what another tool printed. */
export type SeenNft = SeenTables & { readonly witnessed: boolean };

/**
 * All tables of nf_tables, in the order in which they were registered: those of iptables-nft in its own words where the
 * kernel agrees with them, all others in nft's. Where there is no nft, what iptables-nft-save prints has no witness:
 * it may show a fault, but never that there is none. Where nft fails, a name may be why, and neither is trusted.
 */
export function observeNft(capture: Capture): SeenNft {
  const kernel = kernelView(capture);
  const saves = FAMILIES.map((family) => saveOf(capture, family));
  const saved = saves.flatMap(({ family, tables }) => withChains(tables, chainPrints(capture, family)));
  const tables = kernel.tables && inWordsOfIptables(kernel.tables, { saved, inText: kernel.inText });
  const troubles = saves.flatMap(({ family, trouble }) =>
    trouble !== null && (tables === null || lacksWords(tables, family)) ? [trouble] : [],
  );
  return {
    value: tables ?? (kernel.missing && saved.length > 0 ? saved : null),
    obstacles: [...saves.flatMap(({ losses }) => losses), ...troubles, ...kernel.obstacles],
    diagnostics: [...saves.flatMap(({ diagnostics }) => diagnostics), ...kernel.diagnostics],
    refusals: [...saves.flatMap(({ refusals }) => refusals), ...kernel.refusals],
    witnessed: tables !== null,
  };
}

/** Whether a rule is left of which only the name of a module is known. */
function lacksWords(tables: readonly Table[], family: Family): boolean {
  const own = tables.filter((table) => table.family === family);
  return own.some(({ chains }) => chains.some(({ rules }) => !rules.every(isWhole)));
}

/** What iptables-nft-save of a family printed. */
interface Save extends Pick<SeenTables, 'diagnostics' | 'refusals'> {
  readonly family: Family;
  readonly tables: readonly Table[];
  /** Lines that it should not have printed: whatever they hold may have come from a name. */
  readonly losses: readonly Obstacle[];
  /** Why it printed nothing, or not all; irrelevant where nft shows all of the rules. */
  readonly trouble: Obstacle | null;
}

function saveOf(capture: Capture, family: Family): Save {
  const result = answerTo(capture, `nft-save-${family}`);
  const what = `the rules of iptables-nft (${family})`;
  const nothing = { family, tables: [], losses: [], trouble: null, diagnostics: [], refusals: [] };
  const ending = result === null ? 'unavailable' : endingOf(result);
  if (result === null || ending === 'unavailable') return { ...nothing, ...unavailable(family, result, what) };
  if (ending === 'refused') return { ...nothing, refusals: [{ what, needs: 'nft' }] };
  const { tables, diagnostics } = parsed(result, family);
  if (ending === 'failed') return { ...nothing, tables, trouble: toolFailed(result, what, 'rules') };
  const loss = unparsable(result, diagnostics, 'rules') ?? unrecognized(result, tables);
  return { ...nothing, tables, losses: loss === null ? [] : [loss], diagnostics };
}

function parsed(result: CommandResult, family: Family): { tables: readonly Table[]; diagnostics: Diagnostic[] } {
  const text = result.stdout.replace(UNPRINTED, '');
  return parseIptables(text, { source: commandLine(result), family, backend: 'iptables-nft' });
}

/**
 * What iptables-nft-save says, on standard output and with exit status 0, of a table or of base chains that somebody
 * wrote with nft and that it has no words for. nft shows those.
 */
const UNPRINTED = /^# Table `[^'\n]*' (?:is incompatible, use 'nft' tool|contains incompatible base-chains, .*)\.$/gm;

function unavailable(
  family: Family,
  result: CommandResult | null,
  what: string,
): Pick<Save, 'trouble' | 'diagnostics'> {
  const tool = family === 'ipv4' ? 'iptables-nft-save' : 'ip6tables-nft-save';
  const message = `${tool} cannot be run here; the rules of iptables-nft were read with nft list ruleset instead`;
  return {
    trouble: toolMissing(tool, [result], what, 'rules'),
    diagnostics: [note('nft list ruleset', message)],
  };
}
