import { parseSs } from '../../sockets/ss.ts';
import type { Form } from '../rejoin.ts';
import { startOf } from '../starts.ts';

const HEADER = /^(?:Netid\s+)?State\s+Recv-Q\s*Send-Q\s*Local Address:Port\s+Peer Address:Port\s*(?:Process)?\s*$/;

/** Behind the addresses ss and netstat print names with values, lists and arrows, and never a word by itself. */
function hasPlainWord(line: string): boolean {
  const words = line.replace(/"[^"]*"/g, '""').split(/\s+/);
  return words
    .slice(words.findIndex((word) => word.includes(':')))
    .some((word) => /^[\w.-]*$/.test(word) && !OWN.test(word));
}

/** States of netstat, which stand behind its addresses, and what it prints of users and inodes. */
const OWN = /^(?:[A-Z]+(?:_?[A-Z0-9]+)*|\d+|-|)$/;

/**
 * Sockets. What makes none together stays as it is: ss breaks lines as well, and so do newlines in the names of processes,
 * which its parser knows.
 */
export const SOCKETS: Form = {
  saw: () => undefined,
  begins: (line) => startOf(line) === 'sockets' && line.split('"').length % 2 === 1,
  continues: (line) => startOf(line) === null,
  shows: (line) => /^\S/.test(line),
  meaning: (line) => {
    if (line.includes('Recv-Q')) return HEADER.test(line) ? 'columns' : null;
    const { sockets, diagnostics } = parseSs(line, { source: '' });
    if (diagnostics.length > 0 || sockets.length !== 1 || hasPlainWord(line)) return null;
    return JSON.stringify(sockets[0], (key, value: unknown) => (key === 'text' ? '' : value));
  },
  isPiece: () => false,
};
