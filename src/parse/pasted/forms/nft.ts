import { parseNft } from '../../nft/index.ts';
import type { Form } from '../rejoin.ts';
import { startOf } from '../starts.ts';
import { meaningOfOnlyRule } from './meaning.ts';

/** What `nft -a` prints behind rules comes last. */
const ENDED = /# handle \d+\s*$/;

/** Rules of nft: bodies of chains are indented, the rest of a broken line is not, beyond the blank at which it was broken. */
export const NFT: Form = {
  saw: () => undefined,
  begins: (line) => /^(?:\t| {2})\s*[^\s{}]/.test(line) && !ENDED.test(line),
  continues: (line) => /^ ?[^\s{}#]/.test(line) && startOf(line) === null,
  meaning: (line) => {
    const listing = `table inet t {\n\tchain c {\n${line}\n\t}\n}\n`;
    return meaningOfOnlyRule(parseNft(listing, { source: '' }));
  },
  isPiece: () => true,
};
