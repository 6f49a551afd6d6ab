import { readHeading } from '../../iptables/heading.ts';
import { parseIptables } from '../../iptables/index.ts';
import { type Columns, readColumns, readRow } from '../../iptables/list/columns.ts';
import type { PastedLine } from '../line.ts';
import type { Form } from '../rejoin.ts';
import { startOf } from '../starts.ts';
import { meaningOfOnlyRule } from './meaning.ts';

const COUNTERS = /^\s*\d+[KMGTP]?\s+\d+[KMGTP]?\s/;
const OPTION = /(?:^|\s)-{1,2}[a-z][\w-]*(?:\s|$)/;
const OF_A_ROW = /(?:^|\s)(?:(?:dpts?|spts?):|owner [UG]ID |(?:ct)?state |\/\*|redir ports|mark match|to:|match-set )/;
const COLUMNS_AT_MOST = 20;

/** Rules, chains and rows of iptables. */
export function formOfIptables(lines: readonly PastedLine[]): Form {
  let header: { readonly text: string; readonly columns: Columns } | null = null;
  let chains: ReadonlySet<string> | null = null;
  const isChain = (name: string) => {
    chains ??= chainsOf(lines);
    return chains.has(name);
  };
  const meaningOfRow = (text: string, listed: string) => {
    const target = text.split(/\s+/, COLUMNS_AT_MOST).find(isChain);
    const known = target === undefined ? '' : `Chain ${target} (1 references)\n${listed}\n\n`;
    // It is the first row there.
    const first = header?.columns.numbers === true ? text.replace(/^\d+/, '1') : text;
    const row = `Chain -row- (1 references)\n${listed}\n${first}\n`;
    return meaningOfOnlyRule(parseIptables(`${known}${row}`, { source: '' }));
  };
  const isRow = (line: string) =>
    header !== null &&
    line !== '' &&
    startOf(line) === null &&
    (COUNTERS.test(line) || readRow(line, header.columns) !== null);
  return {
    saw: (line) => {
      if (startOf(line) !== null) {
        const columns = readColumns(line);
        header = columns === null ? null : { text: line, columns };
      }
    },
    begins: (line) => isRule(line) || isRow(line),
    continues: (line) => startOf(line) === null && !line.startsWith('#') && !isRow(line) && readHeading(line) === null,
    meaning: (line) => {
      const text = line.trim();
      if (text.startsWith(':')) return /^:\S+ (?:ACCEPT|DROP|-) \[\d+:\d+\]$/.test(text) ? text : null;
      if (/^[-[]/.test(text)) return meaningOfRule(text, isChain);
      if (startOf(text) === 'iptables') return isHeader(text) ? 'columns' : null;
      return header === null ? null : meaningOfRow(text, header.text);
    },
    isPiece: (line) => OPTION.test(line) || OF_A_ROW.test(line) || /^\[?\d+:\d+\]$/.test(line.trim()),
  };
}

/** A rule or chain, or the header of a listing that lost its end. */
function isRule(line: string): boolean {
  return startOf(line) === 'iptables' && !/^\s*(?:#|\*|COMMIT|Chain )/.test(line) && !isHeader(line);
}

function isHeader(line: string): boolean {
  return readColumns(line) !== null && /\bdestination\s*$/.test(line);
}

function meaningOfRule(text: string, isChain: (name: string) => boolean): string | null {
  const target = /\s(?:-j|-g|--jump|--goto) ?(\S+)/.exec(text)?.[1] ?? '';
  const known = isChain(target) ? `-N ${target}\n` : '';
  return meaningOfOnlyRule(parseIptables(`${known}${text}\n`, { source: '' }));
}

/** The chains that lines of their own speak of: a name that was broken is none of them. */
function chainsOf(lines: readonly PastedLine[]): ReadonlySet<string> {
  return new Set(lines.flatMap(({ text }) => /^\s*(?::|-[NAP] |Chain )\s*(\S+)/.exec(text)?.[1] ?? []));
}
