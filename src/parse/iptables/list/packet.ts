import { ownerInNumbers } from '../../names.ts';
import { oneValue, type Translate, valueAt } from './grammar.ts';

/** The output of the modules that a verdict depends on: owner, marks, connection tracking, ranges, address types. */
export const PACKET: Readonly<Record<string, Translate>> = {
  owner,
  mark: oneValue('mark', '--mark', 'mark', 'match'),
  connmark: oneValue('connmark', '--mark', 'connmark', 'match'),
  state: oneValue('state', '--state', 'state'),
  source: ranges,
  destination: ranges,
  ADDRTYPE: addressTypes,
};

/** Options of xt_conntrack as `-L` prints them: the names of the options without dashes. */
const CONNTRACK: ReadonlySet<string> = new Set([
  'ctstate',
  'ctproto',
  'ctorigsrc',
  'ctorigdst',
  'ctreplsrc',
  'ctrepldst',
  'ctorigsrcport',
  'ctorigdstport',
  'ctreplsrcport',
  'ctrepldstport',
  'ctstatus',
  'ctexpire',
  'ctdir',
]);

/** A series of conntrack options. */
export const conntrack: Translate = (words, at, negated) =>
  series(words, at, negated, 'conntrack', (index) => {
    const option = words[index] ?? '';
    const value = words[index + 1];
    return !CONNTRACK.has(option) || value === undefined ? null : { args: [`--${option}`, value], next: index + 2 };
  });

/** Whether a word begins a series of conntrack options. */
export function isConntrack(word: string): boolean {
  return CONNTRACK.has(word);
}

function owner(words: readonly string[], at: number, negated: boolean): ReturnType<Translate> {
  return series(words, at, negated, 'owner', (index) => ownerOption(words, index));
}

function ownerOption(words: readonly string[], at: number): ReturnType<Translate> {
  if (words[at] !== 'owner') return null;
  if (words[at + 1] === 'socket' && words[at + 2] === 'exists') return { args: ['--socket-exists'], next: at + 3 };
  const [, who, match, ids] = words.slice(at, at + 4);
  if ((who !== 'UID' && who !== 'GID') || match !== 'match' || ids === undefined) return null;
  const args = [`--${who.toLowerCase()}-owner`, ownerInNumbers(ids)];
  const groups = words.slice(at + 4, at + 7).join(' ') === 'incl. suppl. groups';
  return groups ? { args: [...args, '--suppl-groups'], next: at + 7 } : { args, next: at + 4 };
}

/** Options one after another, each with its own `!` before it. An option that comes again belongs to a second instance. */
function series(
  words: readonly string[],
  at: number,
  negated: boolean,
  module: string,
  read: (index: number) => ReturnType<Translate>,
): ReturnType<Translate> {
  const args = ['-m', module];
  let next = at;
  let not = negated;
  for (let option = read(next); option !== null; option = read(not ? next + 1 : next)) {
    const [name = ''] = option.args;
    if (args.includes(name)) break;
    args.push(...(not ? ['!'] : []), ...option.args);
    next = option.next;
    not = words[next] === '!';
  }
  return args.length === 2 ? null : { args, next };
}

/** `source IP range a-b destination IP range ! c-d`: one instance of iprange, as everybody writes it. */
function ranges(words: readonly string[], at: number, negated: boolean): ReturnType<Translate> {
  const source = SOURCE_RANGE(words, at, negated);
  const destination = DESTINATION_RANGE(words, source?.next ?? at, negated);
  if (source === null || destination === null) return source ?? destination;
  return { args: [...source.args, ...destination.args.slice(2)], next: destination.next };
}

const SOURCE_RANGE = oneValue('iprange', '--src-range', 'source', 'IP', 'range');
const DESTINATION_RANGE = oneValue('iprange', '--dst-range', 'destination', 'IP', 'range');

function addressTypes(words: readonly string[], at: number, negated: boolean): ReturnType<Translate> {
  if (negated || words[at + 1] !== 'match') return null;
  const args = ['-m', 'addrtype'];
  let next = at + 2;
  for (let name = words[next]; name === 'src-type' || name === 'dst-type'; name = words[next]) {
    const types = valueAt(words, next + 1);
    if (types === null) return null;
    args.push(...types.not, `--${name}`, types.value);
    next = types.next;
  }
  const limit = /^limit-(in|out)$/.exec(words[next] ?? '')?.[1];
  return limit === undefined ? { args, next } : { args: [...args, `--limit-iface-${limit}`], next: next + 1 };
}
