import { oneValue, quotedAt, splitNot, type Translate, type Translation, valueAt } from './grammar.ts';

/** The output of modules whose answer no packet decides. Incomplete ones (quota, recent, hashlimit …) stay unknown. */
export const OPAQUE: Readonly<Record<string, Translate>> = {
  'limit:': limit,
  statistic,
  socket: flags('socket', '', ['--transparent', '--nowildcard', '--restore-skmark']),
  rpfilter: flags('rpfilter', '--', ['loose', 'validmark', 'accept-local', 'invert']),
  'match-set': matchSet,
  MAC: oneValue('mac', '--mac-source', 'MAC'),
  icmptype: (words, at, negated) => icmp('icmp', '--icmp-type', words, at, negated),
  icmp: (words, at, negated) => icmp('icmp', '--icmp-type', words, at, negated),
  'ipv6-icmptype': (words, at, negated) => icmp('icmp6', '--icmpv6-type', words, at, negated),
  'ipv6-icmp': (words, at, negated) => icmp('icmp6', '--icmpv6-type', words, at, negated),
  length: oneValue('length', '--length', 'length'),
  DSCP: oneValue('dscp', '--dscp', 'DSCP', 'match'),
  tos: (words, at, negated) => tos(words, at, negated),
  TTL: hopLimit('ttl'),
  HL: hopLimit('hl'),
  PKTTYPE: packetType,
  helper,
  cgroup: (words, at, negated) =>
    /^[0-9]+$/.test(words[at + 1] ?? '') ? oneValue('cgroup', '--cgroup', 'cgroup')(words, at, negated) : null,
  STRING: text,
  cpu: oneValue('cpu', '--cpu', 'cpu'),
  realm: oneValue('realm', '--realm', 'realm'),
  tcpmss: oneValue('tcpmss', '--mss', 'tcpmss', 'match'),
};

function limit(words: readonly string[], at: number, negated: boolean): Translation | null {
  const [, avg, rate, burst, count] = words.slice(at, at + 5);
  if (negated || avg !== 'avg' || burst !== 'burst' || rate === undefined || count === undefined) return null;
  // 5 is the default, which a save does not repeat.
  return { args: ['-m', 'limit', '--limit', rate, ...(count === '5' ? [] : ['--limit-burst', count])], next: at + 5 };
}

function statistic(words: readonly string[], at: number, negated: boolean): Translation | null {
  const [, mode, kind] = words.slice(at, at + 3);
  if (negated || mode !== 'mode' || (kind !== 'random' && kind !== 'nth')) return null;
  const option = kind === 'random' ? 'probability' : 'every';
  const start = words[at + 3] === '!' ? at + 4 : at + 3;
  const value = words[start + 1];
  if (words[start] !== option || value === undefined) return null;
  const args = ['-m', 'statistic', '--mode', kind, ...(start === at + 4 ? ['!'] : []), `--${option}`, value];
  if (kind === 'random') return { args, next: start + 2 };
  return words[start + 2] === 'packet'
    ? { args: [...args, '--packet', words[start + 3] ?? ''], next: start + 4 }
    : { args: [...args, '--packet', '0'], next: start + 2 };
}

function flags(module: string, dashes: string, names: readonly string[]): Translate {
  return (words, at, negated) => {
    if (negated) return null;
    let next = at + 1;
    while (names.includes(words[next] ?? '')) next += 1;
    return { args: ['-m', module, ...words.slice(at + 1, next).map((word) => `${dashes}${word}`)], next };
  };
}

function matchSet(words: readonly string[], at: number, negated: boolean): Translation | null {
  const [, set, directions] = words.slice(at, at + 3);
  if (set === undefined || !/^(?:src|dst)(?:,(?:src|dst))*$/.test(directions ?? '')) return null;
  // After the directions come options of the newer revisions, which begin with words that are no module's.
  return { args: ['-m', 'set', ...(negated ? ['!'] : []), '--match-set', set, directions ?? ''], next: at + 3 };
}

/** `icmptype 3 code 4`, `icmp !type 255`; 255 is "any". */
function icmp(
  module: string,
  option: string,
  words: readonly string[],
  at: number,
  negated: boolean,
): Translation | null {
  const inverted = words[at + 1] === '!type';
  const plain = words[at]?.endsWith('type') === true;
  const type = words[at + (inverted ? 2 : 1)];
  if (negated || inverted === plain || type === undefined || !/^[0-9]+$/.test(type)) return null;
  const not = inverted ? ['!'] : [];
  const next = at + (inverted ? 3 : 2);
  if (type === '255' && module === 'icmp') return { args: ['-m', module, ...not, option, 'any'], next };
  if (words[next] === 'codes') return null;
  if (words[next] !== 'code') return { args: ['-m', module, ...not, option, type], next };
  return { args: ['-m', module, ...not, option, `${type}/${words[next + 1] ?? ''}`], next: next + 2 };
}

/** xt_tos prints no blank after its keyword: `tos match0x10/0xff`. */
function tos(words: readonly string[], at: number, negated: boolean): Translation | null {
  const glued = /^match(!?0x[0-9a-f]+\/0x[0-9a-f]+)$/.exec(words[at + 1] ?? '')?.[1];
  if (negated || glued === undefined) return null;
  const { not, value } = splitNot(glued);
  return { args: ['-m', 'tos', ...not, '--tos', value], next: at + 2 };
}

const COMPARISONS: Readonly<Record<string, string>> = { '==': 'eq', '<': 'lt', '>': 'gt' };

function hopLimit(module: 'ttl' | 'hl'): Translate {
  return (words, at, negated) => {
    const [, match, , operator = '', value] = words.slice(at, at + 5);
    const comparison = COMPARISONS[operator === '!=' ? '==' : operator];
    if (negated || match !== 'match' || comparison === undefined || value === undefined) return null;
    const not = operator === '!=' ? ['!'] : [];
    return { args: ['-m', module, ...not, `--${module}-${comparison}`, value], next: at + 5 };
  };
}

function packetType(words: readonly string[], at: number, negated: boolean): Translation | null {
  const [, operator, type] = words.slice(at, at + 3);
  if (negated || (operator !== '=' && operator !== '!=') || type === undefined) return null;
  return { args: ['-m', 'pkttype', ...(operator === '=' ? [] : ['!']), '--pkt-type', type], next: at + 3 };
}

function helper(words: readonly string[], at: number, negated: boolean): Translation | null {
  if (negated || words[at + 1] !== 'match') return null;
  const not = words[at + 2] === '!';
  const name = quotedAt(words, at + (not ? 3 : 2));
  return name === null
    ? null
    : { args: ['-m', 'helper', ...(not ? ['!'] : []), '--helper', name.value], next: name.next };
}

function text(words: readonly string[], at: number, negated: boolean): Translation | null {
  const not = words[at + 2] === '!';
  const pattern = quotedAt(words, at + (not ? 3 : 2));
  if (negated || words[at + 1] !== 'match' || pattern === null) return null;
  const [algo, name, value] = words.slice(pattern.next, pattern.next + 3);
  if (algo !== 'ALGO' || name !== 'name' || value === undefined) return null;
  const option = pattern.value.startsWith('|') ? '--hex-string' : '--string';
  const args = ['-m', 'string', ...(not ? ['!'] : []), option, pattern.value, '--algo', value];
  return stringTail(words, pattern.next + 3, args);
}

function stringTail(words: readonly string[], at: number, args: readonly string[]): Translation {
  const found = [...args];
  let next = at;
  for (const keyword of ['FROM', 'TO']) {
    const value = words[next] === keyword ? valueAt(words, next + 1) : null;
    if (value === null) continue;
    found.push(`--${keyword.toLowerCase()}`, value.value);
    next = value.next;
  }
  return words[next] === 'ICASE' ? { args: [...found, '--icase'], next: next + 1 } : { args: found, next };
}
