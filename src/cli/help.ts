import type { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { CommandHelp, Help } from '@oclif/core/help';
import { indent, labelled, wholeWords } from '../report/wrap.ts';
import { OUTPUT_VARIABLE } from './format.ts';

/** Wider labels do not move the column of what flags mean, so that a few long ones do not narrow all the rest. */
const WIDEST_LABEL = 26;
const WIDEST = 100;
/** How far what a flag means is indented where it stands below. */
const BELOW = 10;

/** The flags that people need first, in the order in which short help lists them. */
const FEW = [
  ...['rules', 'sockets', 'against', 'hook', 'destination', 'destination-port', 'uid', 'packets', 'port', 'to'],
  ...['dry-run', 'bypassing', 'istio-version', 'verbose', 'quiet', 'output', 'fail-on', 'suppress'],
];
const FEW_EXAMPLES = 3;

type Flag = Command.Flag.Any;

/** `--help`: everything, in groups. oclif alone breaks annotations in the middle, and spreads a flag over four lines. */
class LongHelp extends CommandHelp {
  override wrap(body: string, spacing = this.indentSpacing): string {
    const width = Math.min(WIDEST, this.opts.maxWidth) - spacing;
    const lines = this.render(body).split('\n');
    return lines.flatMap((line) => wholeWords(line, width)).join('\n');
  }

  override renderList(input: (string | undefined)[][]): string {
    const rows = input.map(([left = '', right = '']) => ({ left, right }));
    const fitting = rows.map(({ left }) => left.length).filter((length) => length <= WIDEST_LABEL);
    const column = Math.max(0, ...fitting) + 2;
    return rows.flatMap(({ left, right }) => this.#rowLines(left, right, column)).join('\n');
  }

  /** Beside the label where it fits, aligned or not, else below it. */
  #rowLines(left: string, right: string, column: number): string[] {
    const width = Math.min(WIDEST, this.opts.maxWidth) - this.indentSpacing;
    const line = `${left.padEnd(column - 2)}  ${right}`;
    if (line.length <= width) return [line];
    const beside = wholeWords(right, width - column);
    if (left.length + 2 <= column && beside.every((line) => line.length <= width - column)) {
      return labelled(left, column, beside);
    }
    return [left, ...indent(wholeWords(right, width - BELOW), BELOW)];
  }

  protected override flags(flags: Flag[]): [string, string | undefined][] {
    const letters = flags.some(({ char }) => char !== undefined);
    return flags.map((flag) => [`${letters ? letterOf(flag) : ''}${labelOf(flag)}`, meaningOf(flag)]);
  }

  /** What is looked at first, and the long list of inputs last. */
  protected override groupFlags(flags: Flag[]) {
    const { flagGroups, mainFlags } = super.groupFlags(flags);
    const groups = Object.entries(flagGroups).sort(([a], [b]) => rank(a) - rank(b));
    return { mainFlags, flagGroups: Object.fromEntries(groups) };
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    const environment = { header: 'ENVIRONMENT', generate: () => this.wrap(environmentWords(this.command)) };
    return [...super.sections(), environment];
  }
}

/** `-h`: what fits on a screen. */
class ShortHelp extends LongHelp {
  protected override usage(): string {
    const [usage = ''] = [this.command.usage ?? this.command.id].flat();
    return this.wrap(`$ ${this.config.bin} ${withoutOptions(usage)}${argumentsOf(this.command)} [FLAGS]`);
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    const { id, flags } = this.command;
    const few = FEW.flatMap((name) => flags[name] ?? []);
    const examples = [this.command.examples ?? []].flat().slice(0, FEW_EXAMPLES);
    return [
      { header: 'USAGE', generate: () => this.usage() },
      { header: 'FLAGS', generate: (_, header) => [{ header, body: this.flags(few) }] },
      { header: 'EXAMPLES', generate: () => this.examples(examples)?.replaceAll('\n\n', '\n') },
      { header: 'MORE', generate: () => `--help for all flags: ${this.config.bin} ${id} --help` },
    ];
  }
}

/** Help for the program and its commands; `-h` is the short one. */
class ProgramHelp extends Help {
  protected override CommandHelpClass: typeof CommandHelp = LongHelp;

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    const { bin } = this.config;
    this.log(`${bin} COMMAND -h for the flags that people need first, ${bin} COMMAND --help for all.`);
  }
}

class ShortProgramHelp extends ProgramHelp {
  protected override CommandHelpClass: typeof CommandHelp = ShortHelp;
}

/** Prints the help of a command, or that of the program. */
export async function printHelp(config: Config, subject: readonly string[], { short }: { short: boolean }) {
  await new (short ? ShortProgramHelp : ProgramHelp)(config).showHelp([...subject]);
}

function letterOf({ char }: Flag): string {
  return char === undefined ? '    ' : `-${char}, `;
}

function labelOf(flag: Flag): string {
  if (flag.type === 'boolean') return `--${flag.allowNo === true ? '[no-]' : ''}${flag.name}`;
  return `--${flag.name}=${[flag.helpValue ?? 'VALUE'].flat()[0]}${flag.multiple === true ? '...' : ''}`;
}

function meaningOf(flag: Flag): string {
  const { description = '' } = flag;
  const usual = flag.type === 'option' && typeof flag.default === 'string' ? ` [${flag.default} unless given]` : '';
  return `${description}${usual}`;
}

/** Groups as the reader needs them; others stay between. */
function rank(group: string): number {
  if (group === 'SOURCE') return 0;
  return group === 'EXPECTED CONFIGURATION' ? 2 : 1;
}

function environmentWords({ flags }: Command.Loadable): string {
  const names = [OUTPUT_VARIABLE, ...Object.values(flags).flatMap(({ env }) => env ?? [])];
  const inputs = flags['istio-version'] === undefined ? '' : ', and for each input one such as ISTIO_NAT_PROXY_PORT';
  return `In place of flags that are not given: ${names.join(', ')}${inputs}.`;
}

/** `trace --hook HOOK [--mark MARK[/MASK]]` is `trace --hook HOOK`. */
function withoutOptions(usage: string): string {
  const inner = usage.replaceAll(/ ?\[[^[\]]*\]/g, '');
  return inner === usage ? usage : withoutOptions(inner);
}

function argumentsOf({ args }: Command.Loadable): string {
  return Object.values(args)
    .map(({ name, multiple }) => ` [${name.toUpperCase()}${multiple === true ? '...' : ''}]`)
    .join('');
}
