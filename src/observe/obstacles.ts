import type { CommandResult } from '../collect/runner.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Obstacle } from '../model/pod.ts';
import { quoteWords } from '../print/shell.ts';
import { fromTheNode } from './node-shell.ts';
import { commandLine, firstLine } from './seen.ts';

type Concerns = Obstacle['concerns'];

/** The Debian package that has a tool; Alpine and the Red Hat family use the same names but for ip and ss (iproute). */
const PACKAGES: Readonly<Record<string, string>> = { nft: 'nftables', ss: 'iproute2', ip: 'iproute2' };

/** NAT1002: a tool is not there, and nothing else shows what it would have shown. */
export function toolMissing(
  tool: string,
  results: readonly (CommandResult | null)[],
  unseen: string,
  concerns: Concerns,
): Obstacle {
  const reasons = results.flatMap((result) => result?.failure?.message ?? []);
  const why = reasons.length > 0 ? [...new Set(reasons)].join(', ') : `${tool} was not run`;
  const remedy =
    `Run istio-nat where ${tool} can be executed (package ${PACKAGES[tool] ?? 'iptables'}): in its own image, ` +
    `or ${fromTheNode()}`;
  return { code: 'NAT1002', message: `${why}, so ${unseen} could not be looked at`, remedy, concerns };
}

/** NAT1003: a tool failed, hung, was stopped, or answered with an error. */
export function toolFailed(result: CommandResult, unseen: string, concerns: Concerns): Obstacle {
  const how = result.failure?.message ?? `${commandLine(result)} ended with exit status ${result.exitCode}`;
  const said = firstLine(result.stderr);
  const message = `${how}${said === '' ? '' : `: ${said}`}; ${unseen} could not be looked at`;
  return { code: 'NAT1003', message, remedy: byHand(result), concerns };
}

/** NAT1003: a tool ended well but complained: what it printed lacks something. */
export function toolComplained(result: CommandResult, said: string, concerns: Concerns): Obstacle {
  const message = `${commandLine(result)} complained: ${firstLine(said)}; what it printed may lack something`;
  return { code: 'NAT1003', message, remedy: byHand(result), concerns };
}

/** NAT1003: a tool of rules ended well and printed text without a single table. Empty output means no tables. */
export function unrecognized(result: CommandResult, tables: readonly unknown[]): Obstacle | null {
  // A comment alone is what iptables-save may print; JSON without tables has the version of nft in it.
  const meaningful = result.stdout.split('\n').find((line) => line.trim() !== '' && !/^\s*[#{]/.test(line));
  if (tables.length > 0 || meaningful === undefined) return null;
  const message = `${commandLine(result)} printed no table, only ${JSON.stringify(firstLine(meaningful))}`;
  return { code: 'NAT1003', message, remedy: byHand(result), concerns: 'rules' };
}

/** NAT1003: a tool ended well and printed something else than it should, or less. Null when nothing was lost. */
export function unparsable(
  result: CommandResult,
  diagnostics: readonly Diagnostic[],
  concerns: Concerns,
): Obstacle | null {
  const [message, first] = describeLosses(diagnostics) ?? [];
  if (message === undefined || first === undefined) return null;
  return { code: 'NAT1003', message: `${commandLine(result)} printed ${message}`, remedy: byHand(result), concerns };
}

/** What was lost in a text, and the first place: `3 lines that cannot be parsed, the first is line 7: …`. */
export function describeLosses(diagnostics: readonly Diagnostic[]): readonly [string, Diagnostic] | null {
  const losses = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [first] = losses;
  if (first === undefined) return null;
  const count = losses.length === 1 ? 'something' : `${losses.length} things`;
  const place = first.line === 0 ? '' : `line ${first.line}: `;
  return [`${count} that could not be parsed (${place}${firstLine(first.message)})`, first];
}

function byHand(result: CommandResult): string {
  const command = quoteWords(result.argv);
  return `Run \`${command}\` by hand in the same network namespace; save what it prints, and give it to istio-nat check --rules FILE`;
}
