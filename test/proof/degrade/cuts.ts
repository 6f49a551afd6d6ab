import type { Dice } from '../symbolic/dice.ts';
import type { Line, Role } from './lines.ts';

/** What is left of a text; the last line may be left without its end. */
export interface CutLines {
  readonly lines: readonly Line[];
  readonly open?: true;
}

/** Takes something away from a text; null where there is nothing to take. */
export type Cut = (lines: readonly Line[], dice: Dice) => CutLines | null;

const keeping =
  (keep: (line: Line, dice: Dice) => boolean): Cut =>
  (lines, dice) => ({ lines: lines.filter((line) => keep(line, dice)) });

const words =
  (values: readonly string[], keep: (line: string, word: string) => boolean): Cut =>
  (lines, dice) => {
    const word = dice.pick(values);
    return { lines: lines.filter(({ text }) => keep(text, word)) };
  };

const without = (...roles: Role[]): Cut => keeping(({ role }) => !roles.includes(role));

/** Replaces the text of one line; what it is about is as little known then as of any line that no tool prints. */
const broken = (line: Line, text: string): Line => ({ ...line, text, role: 'other' });

const oneRule =
  (edit: (line: Line, dice: Dice) => Line[]): Cut =>
  (lines, dice) => {
    const places = lines.flatMap(({ role }, at) => (role === 'rule' ? [at] : []));
    if (places.length === 0) return null;
    const at = dice.pick(places);
    return { lines: lines.flatMap((line, place) => (place === at ? edit(line, dice) : [line])) };
  };

/** What is done to a text on its way, by the name under which the proof reports it. */
export const CUTS: Readonly<Record<string, Cut>> = {
  nothing: (lines) => ({ lines }),
  'head -n': (lines, dice) => ({ lines: lines.slice(0, 1 + dice.below(lines.length)) }),
  'tail -n': (lines, dice) => ({ lines: lines.slice(dice.below(lines.length)) }),
  'sed -n a,bp': (lines, dice) => {
    const from = dice.below(lines.length);
    return { lines: lines.slice(from, from + 1 + dice.below(lines.length - from)) };
  },
  'head -c': (lines, dice) => {
    const at = dice.below(lines.length);
    const last = lines[at];
    if (last === undefined) return null;
    const half = broken(last, last.text.slice(0, dice.below(last.text.length + 1)));
    return { lines: [...lines.slice(0, at), half], open: true };
  },
  'tail -c': (lines, dice) => {
    const at = dice.below(lines.length);
    const first = lines[at];
    if (first === undefined || first.text.length < 2) return null;
    return { lines: [broken(first, first.text.slice(1 + dice.below(first.text.length - 1))), ...lines.slice(at + 1)] };
  },
  'one table': (lines, dice) => {
    const tables = [...new Set(lines.flatMap(({ table }) => table || []))];
    if (tables.length < 2) return null;
    const kept = dice.pick(tables);
    return { lines: lines.filter(({ table }) => table === kept) };
  },
  'without a table': (lines, dice) => {
    const tables = [...new Set(lines.flatMap(({ table }) => table || []))];
    if (tables.length < 2) return null;
    const lost = dice.pick(tables);
    return { lines: lines.filter(({ table }) => table !== lost) };
  },
  'one chain': (lines, dice) => {
    const { table: kept, chain: name } = dice.pick(lines);
    if (name === '') return null;
    return { lines: lines.filter(({ table, chain }) => table === kept && chain === name) };
  },
  'without a chain': (lines, dice) => {
    const { table: lost, chain: name } = dice.pick(lines);
    if (name === '') return null;
    return { lines: lines.filter(({ table, chain }) => table !== lost || chain !== name) };
  },
  grep: words(
    ['ISTIO', 'istio', 'REDIRECT', '1500', '15001', '15006', '1337', 'RETURN', 'OUTPUT', '-A', '-j', 'tcp'],
    (line, word) => line.includes(word),
  ),
  'grep -i istio': keeping(({ text }) => /istio/i.test(text)),
  'grep -v': words(
    ['REDIRECT', '15008', '1337', 'RETURN', 'INPUT', 'POSTROUTING', 'ISTIO_OUTPUT', 'lo', 'tcp', 'udp', '#', 'policy'],
    (line, word) => !line.includes(word),
  ),
  'without headings': without('table', 'chain', 'columns', 'end'),
  'without chain headings': without('chain'),
  'without table headings': without('table'),
  'without ends': without('end'),
  'without columns': without('columns'),
  'without empty lines': keeping(({ text }) => text.trim() !== ''),
  'rules elided': (lines, dice) => {
    const from = dice.below(lines.length);
    const dots = dice.pick(['...', '…', '[...]', '<snip>', '    ...', '-- snip --', '(truncated)']);
    const there = lines[from];
    if (there === undefined) return null;
    return { lines: lines.toSpliced(from, 1 + dice.below(Math.min(12, lines.length - from)), broken(there, dots)) };
  },
  'a line lost': oneRule(() => []),
  'a line garbled': oneRule((line, dice) => [broken(line, garbled(line.text, dice))]),
  'a line cut short': oneRule((line, dice) => {
    const at = Math.max(1, dice.below(line.text.length));
    return [broken(line, `${line.text.slice(0, at)}${dice.pick(['…', '...', '>'])}`)];
  }),
};

function garbled(text: string, dice: Dice): string {
  const at = dice.below(text.length);
  switch (dice.below(4)) {
    case 0:
      return `${text.slice(0, at)}\ufffd${text.slice(at + 1)}`;
    case 1:
      return text.includes('-') ? text.replace(/--?/, '\u2013') : `\u2013${text}`;
    case 2:
      return `${text.slice(0, at)}?!${text.slice(at + 8)}`;
    default:
      return [...text].toReversed().join('');
  }
}
