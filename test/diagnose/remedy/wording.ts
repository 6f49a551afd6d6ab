import type { Finding } from '../../../src/model/report.ts';

/** What a step names that only the other data plane has. */
const OF_SIDECARS =
  /sidecar\.istio\.io|proxy\.istio\.io|-c istio-|istio-init|proxyMetadata|holdApplication|ISTIO_DUAL_STACK/;
const OF_AMBIENT = /ambient\.|ztunnel|dataplane-mode/;
/** The two are about both data planes, and name the label that keeps the other one away. */
const ABOUT_BOTH = /^Decide for one/;

/** The lines of a remedy: steps, and the commands that belong to them. */
export function linesOf({ remedy = '' }: Finding): { readonly steps: string[]; readonly commands: string[] } {
  const lines = remedy.split('\n').filter((line) => line !== '');
  const isCommand = (line: string) => line.startsWith('In the pod: ');
  return { steps: lines.filter((line) => !isCommand(line)), commands: lines.filter(isCommand) };
}

/** All that no remedy may be, whatever it is about; empty for a good one. */
export function faultsOf(finding: Finding, dataplane: 'sidecar' | 'ambient' | 'none'): string[] {
  const { steps, commands } = linesOf(finding);
  const byHand = steps.filter((line) => line.startsWith('By hand: '));
  const rest = steps.filter((line) => !line.startsWith('By hand: '));
  const foreign = dataplane === 'ambient' ? OF_SIDECARS : OF_AMBIENT;
  const faults: readonly (readonly [boolean, string])[] = [
    [rest.length + (byHand.length > 0 ? 1 : 0) > 3, 'more than three steps'],
    [finding.severity !== 'info' && rest.length === 0, 'no step but commands'],
    [rest.some((line) => line.replace(/: "[^"]*"/, '').length > 150), 'a step that is too long'],
    [rest.some((line) => !/^[A-Z].*[.:]$/.test(line)), 'a step that is no sentence'],
    [new Set(steps).size < steps.length, 'a step twice'],
    [rest.some((line) => !ABOUT_BOTH.test(line) && foreign.test(line)), 'a step of the other data plane'],
    [/deployment\/NAME|"PORT"|"CIDR"|:PORT\b/.test(finding.remedy ?? ''), 'a placeholder for what is known'],
    [/-P \S+ ACCEPT|policy accept/.test(finding.remedy ?? ''), 'a policy of ACCEPT'],
    [opens(commands) && !rest.some((line) => line.includes('opens')), 'a firewall opened without a word'],
    [commands.length > 0 && !rest.some((line) => line.endsWith(':')), 'commands that belong to no step'],
    [/--target=/.test(finding.remedy ?? ''), 'a container that may not run'],
  ];
  return faults.flatMap(([isSo, what]) => (isSo ? [`${what}: ${finding.code} ${finding.remedy}`] : []));
}

/** Whether commands take away what blocks, or let something in before a policy blocks it. */
function opens(commands: readonly string[]): boolean {
  return commands.some((line) => / -D .*-j (DROP|REJECT)/.test(line) || / -A (INPUT|OUTPUT) .*-j ACCEPT/.test(line));
}
