import type { Dice } from '../symbolic/dice.ts';
import type { Rules, Source } from './pods.ts';

/** A pod with one change that somebody made to its rules, and what that was. */
export interface Faulty extends Source {
  readonly fault: string;
}

/** Half of the pods stay as they are; one rule of the others is lost, changed, or stands behind a foreign one. */
export function anyFault(source: Source, dice: Dice): Faulty {
  if (dice.oneIn(2) || source.rules.length === 0) return { ...source, fault: 'none' };
  const rules = dice.pick(source.rules);
  const fault = dice.pick(Object.keys(FAULTS));
  const text = FAULTS[fault]?.(rules, dice) ?? null;
  if (text === null) return { ...source, fault: 'none' };
  return { ...source, fault, rules: source.rules.map((one) => (one === rules ? { ...one, text } : one)) };
}

const FAULTS: Readonly<Record<string, (rules: Rules, dice: Dice) => string | null>> = {
  'rule lost': (rules, dice) => edited(rules, dice, () => []),
  'rule changed': (rules, dice) => edited(rules, dice, (line) => [changed(line, dice)]),
  'condition lost': (rules, dice) => edited(rules, dice, (line) => [widened(line, dice)]),
  'foreign rule in front': (rules, dice) => edited(rules, dice, (line) => [foreign(line, rules, dice), line]),
};

/** Lines with a rule, as they are loaded. */
const RULE = /^-A |^\t\t(?!type |chain |elements|flags|\})/;

function edited({ text }: Rules, dice: Dice, edit: (line: string) => readonly string[]): string | null {
  const lines = text.split('\n');
  const places = lines.flatMap((line, at) => (RULE.test(line) ? [at] : []));
  if (places.length === 0) return null;
  const at = dice.pick(places);
  return lines.toSpliced(at, 1, ...edit(lines[at] ?? '')).join('\n');
}

/** A port, a mark or a user becomes another one. */
function changed(line: string, dice: Dice): string {
  const numbers = [...line.matchAll(/(?<=(?:ports?|dport|sport|to|:|uid-owner|gid-owner|skuid|skgid) )\d+/g)];
  const numbered = numbers.length > 0 ? dice.pick(numbers) : null;
  if (numbered === null) return line.replace(/(-j|jump) ISTIO_\w+/, line.startsWith('-A') ? '-j RETURN' : 'return');
  const other = String(Number(numbered[0]) + dice.pick([1, -1, 10]));
  return `${line.slice(0, numbered.index)}${other}${line.slice(numbered.index + numbered[0].length)}`;
}

const CONDITIONS: readonly RegExp[] = [
  / -o lo\b/,
  / (?:! )?-[ds] [\d.:a-f/]+/,
  / -m owner (?:! )?--[ug]id-owner \d+/,
  / -m tcp (?:! )?--dport \d+/,
  /oifname "lo" /,
  /meta sk[ug]id (?:!= )?\d+ /,
  /ip6? [ds]addr (?:!= )?[\d.:a-f/]+ /,
];

/** A rule with one condition fewer. */
function widened(line: string, dice: Dice): string {
  const found = CONDITIONS.filter((condition) => condition.test(line));
  return found.length > 0 ? line.replace(dice.pick(found), '') : changed(line, dice);
}

function foreign(line: string, { family }: Rules, dice: Dice): string {
  if (line.startsWith('\t')) return `\t\t${dice.pick(['return', 'accept', 'tcp dport 8080 accept', 'counter drop'])}`;
  const chain = line.split(' ')[1];
  const block = family === 'ipv6' ? '2001:db8::/32' : '203.0.113.0/24';
  const rest = [
    ...['-j RETURN', '-j ACCEPT', '-p tcp -m tcp --dport 8080 -j ACCEPT', '-p tcp -j RETURN', '-p udp -j RETURN'],
    ...[`-d ${block} -j RETURN`, '-i eth1 -j ACCEPT', '-o eth1 -j ACCEPT', '-m mark --mark 0x77 -j RETURN'],
  ];
  return `-A ${chain} ${dice.pick(rest)}`;
}
