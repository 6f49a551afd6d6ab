import { parseInteger } from '../values.ts';
import { quotedAt, type Translation } from './grammar.ts';

/** Reads what a target prints, from word `at` to the last word; null when the words are not its own. */
type TranslateTarget = (words: readonly string[], at: number) => readonly string[] | null;

const NAT_FLAGS: Readonly<Record<string, string>> = {
  random: '--random',
  'random-fully': '--random-fully',
  persistent: '--persistent',
};

/** What each target prints after the matches. */
const TARGETS: Readonly<Record<string, TranslateTarget>> = {
  REDIRECT: (words, at) => portTarget(words, at, ['redir', 'ports']),
  MASQUERADE: (words, at) => portTarget(words, at, ['masq', 'ports:']),
  DNAT: (words, at) => natTarget(words, at, '--to-destination'),
  SNAT: (words, at) => natTarget(words, at, '--to-source'),
  TPROXY: tproxy,
  MARK: (words, at) => markChange(words, at, 'MARK'),
  CONNMARK: connmark,
  CT: ct,
  NOTRACK: (words, at) => (words.length === at ? [] : null),
  REJECT: (words, at) =>
    words[at] === 'reject-with' && words.length === at + 2 ? ['--reject-with', words[at + 1] ?? ''] : null,
  LOG: log,
  NFLOG: nflog,
};

/** Targets that print nothing when they have no options. */
const MAY_BE_SILENT: ReadonlySet<string> = new Set(['REDIRECT', 'MASQUERADE', 'NFLOG', 'NOTRACK']);

/**
 * Finds the words at the end that the target printed and turns them into its options; `next` is where they begin. Null
 * when the target's own words are not there: then what follows the matches cannot be told apart.
 */
export function readTarget(target: string, words: readonly string[]): Translation | null {
  const translate = Object.hasOwn(TARGETS, target) ? TARGETS[target] : undefined;
  if (translate === undefined) return ownName(target, words);
  for (let at = words.length - 1; at >= 0; at -= 1) {
    const args = translate(words, at);
    // A `random` of its own may be the end of something longer.
    if (args !== null && (at === 0 || translate(words, at - 1) === null)) return longest(translate, words, at);
  }
  return MAY_BE_SILENT.has(target) ? { args: [], next: words.length } : null;
}

/** `TOS set 0x10/0xff`: most targets begin with their name. What follows it changes no verdict, so it is left out. */
function ownName(target: string, words: readonly string[]): Translation | null {
  const at = words.lastIndexOf(target);
  return at < 0 || !LETS_GO_ON.has(target) ? null : { args: [], next: at };
}

const LETS_GO_ON: ReadonlySet<string> = new Set([
  'AUDIT',
  'CHECKSUM',
  'CLASSIFY',
  'CONNSECMARK',
  'DSCP',
  'ECN',
  'HL',
  'TCPMSS',
  'TEE',
  'TOS',
  'TTL',
]);

/** The words before may belong to it as well: `redir ports 15001 random` also ends in `random`. */
function longest(translate: TranslateTarget, words: readonly string[], at: number): Translation | null {
  for (let from = Math.max(0, at - 12); from <= at; from += 1) {
    const args = translate(words, from);
    if (args !== null) return { args, next: from };
  }
  return null;
}

function natFlags(words: readonly string[], at: number): readonly string[] | null {
  const flags = words.slice(at).map((word) => (Object.hasOwn(NAT_FLAGS, word) ? NAT_FLAGS[word] : undefined));
  return flags.every((flag) => flag !== undefined) ? flags : null;
}

function portTarget(words: readonly string[], at: number, keywords: readonly string[]): readonly string[] | null {
  const named = words[at] === keywords[0] && words[at + 1] === keywords[1];
  if (!named) return words[at] !== undefined ? natFlags(words, at) : null;
  const flags = natFlags(words, at + 3);
  return flags === null || words[at + 2] === undefined ? null : ['--to-ports', words[at + 2] ?? '', ...flags];
}

function natTarget(words: readonly string[], at: number, option: string): readonly string[] | null {
  const to = words[at] ?? '';
  const flags = natFlags(words, at + 1);
  return to.startsWith('to:') && flags !== null ? [option, to.slice(3), ...flags] : null;
}

function tproxy(words: readonly string[], at: number): readonly string[] | null {
  const [name, redirect, to = '', mark, value] = words.slice(at);
  const cut = to.lastIndexOf(':');
  if (name !== 'TPROXY' || redirect !== 'redirect' || mark !== 'mark' || value === undefined || cut < 1) return null;
  if (words.length !== at + 5) return null;
  return ['--on-port', to.slice(cut + 1), '--on-ip', to.slice(0, cut), '--tproxy-mark', value];
}

/** What each word stands for in the form that a save has: `(old & ~mask) ^ value`. */
const CHANGES: Readonly<Record<string, (value: number) => string>> = {
  set: (value) => `${hex(value)}/0xffffffff`,
  and: (value) => `0x0/${hex(~value >>> 0)}`,
  or: (value) => `${hex(value)}/${hex(value)}`,
  xor: (value) => `${hex(value)}/0x0`,
};

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function markChange(words: readonly string[], at: number, name: string): readonly string[] | null {
  const [keyword, action = '', text = ''] = words.slice(at);
  if (keyword !== name || words.length !== at + 3) return null;
  if (action === 'xset') return ['--set-xmark', text];
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  const value = parseInteger(text);
  return change === undefined || value === null ? null : ['--set-xmark', change(value)];
}

/** Saving and restoring print the second mask with a `~` that means nothing (`save nfmask 0xff ctmask ~0xff00`). */
function connmark(words: readonly string[], at: number): readonly string[] | null {
  const [keyword, action, ...masks] = words.slice(at);
  if (keyword !== 'CONNMARK') return null;
  if (action !== 'save' && action !== 'restore') return markChange(words, at, 'CONNMARK');
  const option = `--${action}-mark`;
  if (masks.length === 0) return [option, '--nfmask', '0xffffffff', '--ctmask', '0xffffffff'];
  if (masks.length === 2 && masks[0] === 'mask')
    return [option, '--nfmask', masks[1] ?? '', '--ctmask', masks[1] ?? ''];
  const pairs = masks.map((word, i) => (i % 2 === 0 ? `--${word}` : word.replace(/^~/, '')));
  const [first, , second] = pairs;
  if (
    pairs.length !== 4 ||
    first === second ||
    !pairs.every((word, i) => i % 2 === 1 || /^--(?:nf|ct)mask$/.test(word))
  )
    return null;
  return first === '--nfmask' ? [option, ...pairs] : [option, ...pairs.slice(2), ...pairs.slice(0, 2)];
}

function ct(words: readonly string[], at: number): readonly string[] | null {
  if (words[at] === 'NOTRACK' && words.length === at + 1) return ['--notrack'];
  if (words[at] !== 'CT') return null;
  const args: string[] = [];
  for (let i = at + 1; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === 'notrack') args.push('--notrack');
    else if (
      /^(?:zone|zone-orig|zone-reply|helper|timeout|ctevents|expevents)$/.test(word) &&
      words[i + 1] !== undefined
    ) {
      args.push(`--${word}`, words[i + 1] ?? '');
      i += 1;
    } else return null;
  }
  return args;
}

const LOG_FLAGS: readonly (readonly [number, string])[] = [
  [1, '--log-tcp-sequence'],
  [2, '--log-tcp-options'],
  [4, '--log-ip-options'],
  [8, '--log-uid'],
  [32, '--log-macdecode'],
];

function log(words: readonly string[], at: number): readonly string[] | null {
  const [keyword, flags, bits = '', level, number = ''] = words.slice(at);
  if (keyword !== 'LOG' || flags !== 'flags' || level !== 'level' || !/^[0-9]+$/.test(bits + number)) return null;
  const prefix = words[at + 5] === 'prefix' ? quotedAt(words, at + 6) : null;
  if ((prefix?.next ?? at + 5) !== words.length) return null;
  return [
    ...(prefix === null ? [] : ['--log-prefix', prefix.value]),
    ...(number === '4' ? [] : ['--log-level', number]),
    ...LOG_FLAGS.filter(([bit]) => (Number(bits) & bit) !== 0).map(([, option]) => option),
  ];
}

function nflog(words: readonly string[], at: number): readonly string[] | null {
  const args: string[] = [];
  for (let i = at; i < words.length; ) {
    const option = words[i] ?? '';
    const quoted = quotedAt(words, i + 1);
    const value = quoted?.value ?? words[i + 1];
    if (!/^nflog-(?:group|prefix|range|size|threshold)$/.test(option) || value === undefined) return null;
    args.push(`--${option}`, value);
    i = quoted?.next ?? i + 2;
  }
  return args.length === 0 ? null : args;
}
