import { COMMAND } from '../../rules/command-writer.ts';
import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { indent, labelled, wrapProse } from '../wrap.ts';

/** More commands than these are not typed one by one: a pod that is programmed anew has them all. */
const MOST_COMMANDS = 3;

/**
 * The lines of a remedy as numbered steps. Commands stand on lines of their own that are never broken: each half of one
 * would be a command to a shell, and part of a list would leave a pod worse than it was.
 */
export function stepLines(
  remedy: string,
  { chalk, width, verbose, terse }: Pick<Style, 'chalk' | 'width' | 'verbose' | 'terse'>,
): string[] {
  return stepsOf(remedy).flatMap(({ text, commands }, at) => {
    const isTooMany = commands.length > (terse === true ? 1 : MOST_COMMANDS) && verbose !== true;
    const said = isTooMany ? `${text} ${commands.length} commands, all or none: --verbose prints them.` : text;
    const words = labelled(`${at + 1}.`, STEP, wrapProse(escapeText(said), width - STEP));
    return [...words, ...indent(isTooMany ? [] : commands.map((command) => chalk.cyan(escapeText(command))), STEP + 2)];
  });
}

interface Step {
  readonly text: string;
  readonly commands: readonly string[];
}

/** The steps of a remedy. Commands belong to the step before them. */
export function stepsOf(remedy: string): Step[] {
  const steps: { text: string; commands: string[] }[] = [];
  for (const line of remedy.split('\n').filter((each) => each.trim() !== '')) {
    const last = steps.at(-1);
    if (!line.startsWith(COMMAND)) steps.push({ text: line, commands: [] });
    else if (last === undefined) steps.push({ text: COMMAND.trimEnd(), commands: [line.slice(COMMAND.length)] });
    else last.commands.push(line.slice(COMMAND.length));
  }
  return steps;
}

/** Columns for the number of a step. */
const STEP = 3;
