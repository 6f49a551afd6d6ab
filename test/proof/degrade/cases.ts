import type { Dice } from '../symbolic/dice.ts';
import { CUTS } from './cuts.ts';
import type { Shown } from './forms.ts';
import type { Line } from './lines.ts';
import { DECLARED, type Declared } from './truth.ts';
import { passesForWhole } from './whole.ts';
import { REWRITINGS, WRAPPINGS } from './wrappings.ts';

/** One text of a pod with something taken away. */
export interface Case {
  readonly form: string;
  readonly cut: string;
  readonly declared: Declared;
  /** The lines that are left, for what they are about. */
  readonly left: readonly Line[];
  readonly files: readonly string[];
  /** Nobody can tell that something was lost. */
  readonly excused: boolean;
}

/** Takes something away from what was shown, in one to three steps. */
export function anyCase(shown: Shown, dice: Dice): Case {
  const numbered = dice.oneIn(12);
  const cut = dice.pick(Object.keys(CUTS));
  const second = dice.oneIn(6) ? dice.pick(Object.keys(CUTS)) : 'nothing';
  const rewriting = dice.oneIn(6) ? dice.pick(Object.keys(REWRITINGS)) : 'none';
  const wrapping = dice.oneIn(5) ? dice.pick(Object.keys(WRAPPINGS)) : 'none';
  const at = dice.below(shown.files.length);
  const results = shown.files.map((file, place) => {
    const lines = numbered ? withNumbers(file) : file;
    const first = (place === at ? CUTS[cut]?.(lines, dice) : null) ?? { lines };
    const next = second === 'nothing' || first.lines.length === 0 ? null : CUTS[second]?.(first.lines, dice);
    return { file, ...(next ?? first) };
  });
  const alone = shown.files.length > 1 && dice.oneIn(4);
  const told = alone ? results.filter((_, place) => place === at) : results;
  const texts = told.map(({ lines, open }) => {
    const rewritten =
      REWRITINGS[rewriting]?.(
        lines.map(({ text }) => text),
        dice,
      ) ?? [];
    const wrapped = WRAPPINGS[wrapping]?.(rewritten, dice) ?? [];
    return wrapped.join('\n') + (open ? '' : '\n');
  });
  const steps = [numbered ? 'cat -n' : '', cut, second, rewriting, wrapping].filter(
    (name) => !/^(nothing|none)?$/.test(name),
  );
  return {
    form: shown.form,
    cut: steps.join(' + ') || 'nothing',
    declared: dice.pick(DECLARED),
    left: told.flatMap(({ lines }) => lines),
    files: texts,
    excused: told.some(
      ({ file, lines, open }) =>
        !open && !isGapped(lines, numbered) && passesForWhole(shown.listing, plain(lines, numbered), file),
    ),
  };
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
