import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { type PlainText, unwrapPasted } from '../../../src/parse/pasted/index.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');

/** A recorded text of each form. */
export const RECORDED = {
  save: fixture('iptables/recorded/nft.v4.save'),
  'legacy save': fixture('iptables/recorded/legacy.v6.save'),
  S: fixture('collect/recorded/nft-S.stdout.txt'),
  'L -n -v': fixture('iptables/recorded/nft.v4.nat.Lnv'),
  'L -n -v --line-numbers': fixture('iptables/recorded/legacy.v4.nat.Lnv-numbers'),
  nft: fixture('collect/recorded/nft-text.stdout.txt'),
  ss: fixture('ss/tcp-udp-netid.txt'),
  'ss with header': fixture('ss/tcp-header.txt'),
} as const;

export type Form = keyof typeof RECORDED;
export const FORMS = Object.keys(RECORDED) as Form[];

/** What the parsers find in plain texts: tables with their rules, sockets, complaints, each with its line. */
export function foundIn(texts: readonly Pick<PlainText, 'kind' | 'text' | 'numbering'>[]): unknown {
  return texts.map(({ kind, text, numbering }) => {
    const options = { source: 'x', ...(numbering === undefined ? {} : { numbering }) };
    if (kind === 'sockets') return withoutPlaces(parseSs(text, options));
    return withoutPlaces(kind === 'nft' ? parseNft(text, options) : parseIptables(text, options));
  });
}

/** Blanks in front of a line are no part of what it says, nor are columns. */
function withoutPlaces<T extends { readonly diagnostics: readonly Diagnostic[] }>(parsed: T): T {
  return { ...parsed, diagnostics: parsed.diagnostics.map((one) => ({ ...one, column: 0, text: one.text.trim() })) };
}

/** The same of a text as it was saved. */
export function foundInSaved(text: string): unknown {
  return foundIn(unwrapPasted(text, 'x'));
}

/** The same of plain output of the form, whose lines are `step` apart and begin behind `before` others. */
export function foundInPlain(form: Form, place: { before: number; step: number } = { before: 0, step: 1 }): unknown {
  const text = RECORDED[form];
  const kind = form.startsWith('ss') ? 'sockets' : form === 'nft' ? 'nft' : 'iptables';
  const numbering = text.split('\n').map((_, at) => place.before + 1 + at * place.step);
  return foundIn([{ kind, text, numbering }]);
}
