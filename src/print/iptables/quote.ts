/** Characters of a word that iptables-save writes without quotes (`xtables_save_string`). */
const BARE = /^[A-Za-z0-9_-]+$/;

/** Options whose value iptables-save puts between quotes whatever it holds. */
const ALWAYS_QUOTED: ReadonlySet<string> = new Set(['--string', '--hex-string', '--u32', '--bytecode']);

/** Options whose value is free text, quoted only when it needs to be. */
const FREE_TEXT: ReadonlySet<string> = new Set(['--log-prefix', '--nflog-prefix', '--helper', '--path']);

/** A free text as `xtables_save_string` writes it: bare when it is one plain word, else quoted with `\` before `"`, `\` and `'`. */
export function quote(text: string): string {
  return BARE.test(text) ? text : inQuotes(text);
}

function inQuotes(text: string): string {
  return `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/** The options of a module, from tokens to text that splits into the same tokens again. */
export function joinArguments(args: readonly string[], module = ''): string {
  return args.map((argument, position) => printArgument(argument, optionBefore(args, position), module)).join(' ');
}

/** The option that an argument belongs to; a `!` between them (`--every ! 3`) does not count. */
function optionBefore(args: readonly string[], position: number): string {
  const before = args[position - 1] ?? '';
  return before === '!' ? (args[position - 2] ?? '') : before;
}

function printArgument(argument: string, option: string, module: string): string {
  // IDLETIMER has a --label too, and prints it bare.
  if (ALWAYS_QUOTED.has(option) || (module === 'connlabel' && option === '--label')) return inQuotes(argument);
  if (FREE_TEXT.has(option)) return quote(argument);
  return argument === '' || /[\s"'\\]/.test(argument) ? inQuotes(argument) : argument;
}
