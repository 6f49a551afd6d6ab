import type { Dice } from '../symbolic/dice.ts';
import { CUTS, type CutLines } from './cuts.ts';
import type { Shown } from './forms.ts';
import type { Line, Listing } from './lines.ts';
import { DECLARED, type Declared } from './truth.ts';
import { passesForIpv4, passesForWhole } from './whole.ts';
import { REWRITINGS, WRAPPINGS } from './wrappings.ts';

/** One text of a pod with something taken away. */
export interface Case {
  readonly form: string;
  readonly cut: string;
  readonly declared: Declared;
  /** `--family`, where it is said. */
  readonly family?: 'ipv6';
  /** The lines that are left, for what they are about. */
  readonly left: readonly Line[];
  readonly files: readonly string[];
  /** Nobody can tell that something was lost. */
  readonly excused: boolean;
}

/** What is done to a text, by name. */
interface Steps {
  readonly numbered: boolean;
  readonly cut: string;
  readonly second: string;
  readonly rewriting: string;
  readonly wrapping: string;
}

/** Takes something away from what was shown, in one to three steps. */
export function anyCase(shown: Shown, dice: Dice): Case {
  const steps = anySteps(dice);
  const at = dice.below(shown.files.length);
  const results = shown.files.map((file, place) => ({ file, ...cutBy(steps, file, place === at, dice) }));
  const alone = shown.files.length > 1 && dice.oneIn(4);
  const told = alone ? results.filter((_, place) => place === at) : results;
  const left = told.flatMap(({ lines }) => lines);
  const files = told.map(({ lines, open }) => written(steps, lines, dice) + (open ? '' : '\n'));
  const declared = dice.pick(DECLARED);
  const isIpv6 = ['S', 'L'].includes(shown.listing) && left.every(({ family }) => family === 'ipv6') && dice.oneIn(2);
  return {
    form: shown.form,
    cut: nameOf(steps),
    declared,
    ...(isIpv6 ? { family: 'ipv6' } : {}),
    left,
    files,
    excused:
      (!isIpv6 && passesForIpv4(shown.listing, left)) ||
      told.some(({ file, lines, open }) => isExcused(steps, shown.listing, open ? withoutLast(lines) : lines, file)),
  };
}

function anySteps(dice: Dice): Steps {
  return {
    numbered: dice.oneIn(12),
    cut: dice.oneIn(10) ? 'nothing' : dice.pick(Object.keys(CUTS)),
    second: dice.oneIn(6) ? dice.pick(Object.keys(CUTS)) : 'nothing',
    rewriting: dice.oneIn(6) ? dice.pick(Object.keys(REWRITINGS)) : 'none',
    wrapping: dice.oneIn(5) ? dice.pick(Object.keys(WRAPPINGS)) : 'none',
  };
}

function nameOf({ numbered, cut, second, rewriting, wrapping }: Steps): string {
  const names = [numbered ? 'cat -n' : '', cut, second, rewriting, wrapping];
  return names.filter((name) => !/^(nothing|none)?$/.test(name)).join(' + ') || 'nothing';
}

/** The lines that are left of one file; only one of several is cut. */
function cutBy({ numbered, cut, second }: Steps, file: readonly Line[], isCut: boolean, dice: Dice): CutLines {
  const lines = numbered ? withNumbers(file) : file;
  const first = (isCut ? CUTS[cut]?.(lines, dice) : null) ?? { lines };
  const next = second === 'nothing' || first.lines.length === 0 ? null : CUTS[second]?.(first.lines, dice);
  return next ?? first;
}

function written({ rewriting, wrapping }: Steps, lines: readonly Line[], dice: Dice): string {
  const texts = lines.map(({ text }) => text);
  const rewritten = REWRITINGS[rewriting]?.(texts, dice) ?? [];
  return (WRAPPINGS[wrapping]?.(rewritten, dice) ?? []).join('\n');
}

function isExcused({ numbered }: Steps, listing: Listing, lines: readonly Line[], file: readonly Line[]): boolean {
  return !isGapped(lines, numbered) && passesForWhole(listing, plain(lines, numbered), file);
}

/** Without the table in which a text ends that has no end: what was lost before it is lost without a trace all the same. */
function withoutLast(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLast(({ table }) => table !== '');
  return lines.filter(({ family, table }) => family !== last?.family || table !== last.table);
}

function withNumbers(lines: readonly Line[]): Line[] {
  return lines.map((line, at) => ({ ...line, text: `${String(at + 1).padStart(6)}\t${line.text}` }));
}

function plain(lines: readonly Line[], numbered: boolean): readonly Line[] {
  return numbered ? lines.map((line) => ({ ...line, text: line.text.replace(/^ *\d+\t/, '') })) : lines;
}

function isGapped(lines: readonly Line[], numbered: boolean): boolean {
  return numbered && lines.some(({ text }, at) => Number.parseInt(text, 10) !== at + 1);
}
