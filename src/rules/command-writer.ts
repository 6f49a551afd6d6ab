import type { Chain, Rule, RuleReference } from '../model/ruleset.ts';
import { nftPlace } from '../print/nft/commands.ts';
import { pasteable } from '../print/shell.ts';
import type { Edit, Home } from './edits.ts';
import { misplaced } from './positions.ts';
import { type Argv, appendCommand, deleteCommand, insertCommand, rewriteCommand } from './rule-commands.ts';
import { placesFor, type Standing, StandingRules, textsOf, written } from './standing.ts';

/** What comes before a command in a remedy: the rest of the line can be pasted into a shell. */
export const COMMAND = 'In the pod: ';

const AS_READ = 'positions as they were read';
const AFTER_ABOVE = 'after the commands above';
const UNSURE =
  'Look at the chain, and change by hand what is quoted above: not all rules could be read, so no position is certain.';
const DONE_ABOVE = 'the commands above do the rest';

/**
 * Makes commands of edits, finding by finding in the order of the report: positions take all earlier commands into account,
 * and what one finding has repaired no other repairs again.
 */
export class CommandWriter {
  readonly #standing = new StandingRules();
  readonly #changedAbove = new Set<Chain>();
  readonly #done = new Set<Rule | Chain>();
  readonly #isSure: boolean;

  /** `isSure`: whether every rule was read, so that positions are those of the kernel. */
  constructor(isSure: boolean) {
    this.#isSure = isSure;
  }

  /** What a remedy says of edits. */
  write(edits: readonly Edit[]): Written {
    const remedy = new Remedy(this.#standing, this.#changedAbove, this.#done, this.#isSure);
    for (const edit of edits) remedy.add(edit);
    for (const chain of remedy.changed) this.#changedAbove.add(chain);
    return remedy.written();
  }
}

/** Edits as a remedy says them. */
export interface Written {
  /** Commands after `COMMAND`, to be run in this order, and what has to be done by hand. */
  readonly lines: readonly string[];
  /** What there is to know about the commands, as parts of a sentence. */
  readonly notes: readonly string[];
}

/** The commands of one finding. */
class Remedy {
  readonly changed = new Set<Chain>();
  readonly #lines: string[] = [];
  readonly #remarks = new Set<string>();
  readonly #standing: StandingRules;
  readonly #changedAbove: ReadonlySet<Chain>;
  readonly #done: Set<Rule | Chain>;
  readonly #isSure: boolean;
  #isUnsure = false;

  constructor(standing: StandingRules, changedAbove: ReadonlySet<Chain>, done: Set<Rule | Chain>, isSure: boolean) {
    this.#isSure = isSure;
    this.#standing = standing;
    this.#changedAbove = changedAbove;
    this.#done = done;
  }

  written(): Written {
    const unsure = this.#isUnsure ? [UNSURE] : [];
    return { lines: [...this.#lines, ...unsure], notes: [...this.#remarks] };
  }

  add(edit: Edit): void {
    switch (edit.kind) {
      case 'delete':
        this.#delete(edit.where);
        break;
      case 'restore': {
        const wanted = edit.wanted.filter(({ rule }) => this.#isNew(rule));
        this.#restore(edit.home, wanted);
        break;
      }
      case 'reorder':
        this.#reorder(edit.home, edit.expected);
        break;
      case 'admit':
        if (edit.rules.length > 0 && this.#isNew(edit.home.chain)) this.#admit(edit.home, edit.rules);
        break;
      case 'run':
        this.#say(edit.argv, unsafe('one more command'));
        break;
    }
  }

  /** Marks something as repaired; false where the commands of a finding above have done that. */
  #isNew(what: Rule | Chain): boolean {
    if (this.#done.has(what)) {
      this.#remarks.add(DONE_ABOVE);
      return false;
    }
    this.#done.add(what);
    return true;
  }

  #delete(where: RuleReference): void {
    if (!this.#isNew(where.rule)) return;
    const rules = this.#standing.of(where);
    const at = rules.findIndex(({ rule }) => rule === where.rule);
    if (at >= 0) this.#take(where, rules, at);
  }

  /** Takes the rule at a position away. */
  #take(home: Home, rules: Standing[], at: number): void {
    const { argv, by } = deleteCommand(home, rules, at);
    const counts = by === 'position' || by === 'nothing';
    if (counts) this.#countIn(home.chain);
    if (counts && !this.#isSure) this.#isUnsure = true;
    else {
      if (by !== 'rule') this.#remarks.add(AS_READ);
      this.#say(argv, by === 'nothing' ? lookUp(home, at + 1) : unsafe(`delete rule ${at + 1} of the chain`));
    }
    rules.splice(at, 1);
    this.changed.add(home.chain);
  }

  #restore(home: Home, wanted: readonly RuleReference[]): void {
    if (wanted.length === 0) return;
    const rules = this.#standing.of(home);
    const places = placesFor(wanted, rules);
    this.#countIn(home.chain);
    wanted.forEach((where, nth) => {
      const position = places[nth] ?? 0;
      const otherwise = unsafe(`put the missing rule into the chain as its rule ${position + 1}`);
      if (this.#isSure) this.#say(insertCommand(home, where, position, rules.length), otherwise);
      else this.#isUnsure = true;
      rules.splice(position, 0, written(where, where.rule));
    });
    this.changed.add(home.chain);
  }

  #admit(home: Home, rules: readonly Rule[]): void {
    for (const rule of rules) {
      this.#say(appendCommand(home, rule), unsafe('put a rule at the end of the chain that lets it through'));
      this.#standing.of(home).push(written(home, rule));
    }
  }

  #reorder(home: Home, expected: Home): void {
    const rules = this.#standing.of(home);
    const moved = misplaced(
      textsOf(expected),
      rules.map(({ text }) => text),
    );
    const back = moved.expected
      .toSorted((a, b) => a - b)
      .flatMap((at) => expected.chain.rules[at] ?? [])
      .map((rule) => ({ ...expected, rule }));
    if (this.#rewrite(home, rules, moved.live, back)) return;
    for (const at of moved.live.toSorted((a, b) => b - a)) this.#take(home, rules, at);
    this.#restore(home, back);
  }

  /** Writes a native chain anew where the rules that have to move have no handles; false where that cannot be said. */
  #rewrite(home: Home, rules: Standing[], moved: readonly number[], back: readonly RuleReference[]): boolean {
    if (home.table.backend !== 'nftables' || !this.#isSure || moved.every((at) => rules[at]?.handle !== undefined))
      return false;
    const next = rules.filter((_, at) => !moved.includes(at)).map(({ rule, text }): Standing => ({ rule, text }));
    for (const [nth, position] of placesFor(back, next).entries()) {
      next.splice(position, 0, ...back.slice(nth, nth + 1).map((where) => written(where, where.rule)));
    }
    const command = rewriteCommand(home, next);
    if (command === null || pasteable(command) === null) return false;
    this.#countIn(home.chain);
    this.#say(command, '');
    rules.splice(0, rules.length, ...next);
    this.changed.add(home.chain);
    return true;
  }

  /** A number means something else where the findings above have changed the chain that it counts in. */
  #countIn(chain: Chain): void {
    if (this.#changedAbove.has(chain)) this.#remarks.add(AFTER_ABOVE);
  }

  /** A command; in words where none is safe. */
  #say(argv: Argv, otherwise: string): void {
    const command = argv && pasteable(argv);
    const line = command === null ? otherwise : COMMAND + command;
    if (command !== null || !this.#lines.includes(line)) this.#lines.push(line);
  }
}

/** Handles are in the listing with `-a` only, so somebody has to look them up. */
function lookUp(home: Home, position: number): string {
  const place = nftPlace(home);
  if (place === null) return unsafe(`delete rule ${position} of the chain`);
  return `By hand: \`nft delete rule ${place} handle N\`, N being that of rule ${position} in \`nft -a list chain ${place}\``;
}

function unsafe(what: string): string {
  return `By hand: ${what}; a name or a text in it is not safe to paste into a shell.`;
}
