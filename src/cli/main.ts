import { Config } from '@oclif/core/config';
import { settings } from '@oclif/core/settings';
import { UsageError } from '../model/errors.ts';
import { nearest } from '../parse/config/nearest.ts';
import { reportFailure } from './base-command.ts';
import { EXIT } from './exit-code.ts';
import { failureText } from './failure.ts';
import { write } from './output.ts';

/** What oclif is loaded with: where package.json is, and in a bundle the parts that cannot be read from disk. */
type LoadOptions = Exclude<Parameters<typeof Config.load>[0], undefined | string | Config>;

/**
 * Runs the program and sets `process.exitCode`. Never throws. oclif's own `run` is not used because it joins arguments
 * to command names (`check foo` would be the command "check:foo") and ends with exit codes other than ours.
 */
export async function main(argv: readonly string[], options: LoadOptions): Promise<void> {
  // NODE_ENV=development, which a pod may well have, would make oclif look for our TypeScript sources.
  settings.enableAutoTranspile = false;
  watchOutput();
  try {
    // oclif would look for plugins in the home directory, which may be forbidden, and run what it finds.
    await dispatch(argv, await Config.load({ ...options, userPlugins: false }));
  } catch (error) {
    await reportFailure(error, { argv });
  }
}

async function dispatch(argv: readonly string[], config: Config): Promise<void> {
  const [first = '--help', ...rest] = argv;
  if (first === '--version') return void (await write(process.stdout, `${config.userAgent}\n`));
  if (first === 'help') return showHelp(config, rest);
  if (isHelp(first)) return showHelp(config, [first]);
  if (config.findCommand(first) === undefined) throw unknownCommand(first, config.commandIDs);
  const end = rest.indexOf('--');
  const help = rest.slice(0, end < 0 ? rest.length : end).filter(isHelp);
  if (help.length > 0) return showHelp(config, [first, ...help]);
  await config.runCommand(first, [...rest]);
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

async function showHelp(config: Config, argv: readonly string[]): Promise<void> {
  const subject = argv.filter((argument) => !isHelp(argument)).slice(0, 1);
  const [name] = subject;
  if (name !== undefined && config.findCommand(name) === undefined) throw unknownCommand(name, config.commandIDs);
  const { printHelp } = await import('./help.ts');
  await printHelp(config, subject, { short: argv.includes('-h') && !argv.includes('--help') });
}

function unknownCommand(name: string, commands: readonly string[]): UsageError {
  if (name.startsWith('-')) {
    return new UsageError(`${name} is where a command should be.`, {
      hint: `The commands are ${commands.join(', ')}.`,
    });
  }
  const meant = nearest(name, commands);
  const all = `The commands are ${commands.join(', ')}.`;
  return new UsageError(`There is no command ${name}.`, {
    hint: meant === null ? all : `Did you mean ${meant}? ${all}`,
  });
}

/**
 * `istio-nat … | head` ends the reader early, which is nobody's error: there is nobody left to answer, so we end
 * too, even while waiting for standard input. A full disk leaves the report incomplete, which none of its exit codes
 * means. Without a reader of stderr the report still matters.
 */
function watchOutput(): void {
  // Before oclif's listener, which throws: that would be a stack trace, and the exit code of findings.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    process.stderr.write(failureText({ message: `The output could not be written: ${error.message}` }));
    process.exit(EXIT.cannotLook);
  });
  process.stderr.on('error', () => undefined);
}
