/**
 * Records test/fixtures/logs: what the real iptables-restore says when it does not take Istio's rules, wrapped as the loggers
 * of several releases of Istio do. Needs root, both variants of iptables, iproute2, util-linux.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Family } from '../src/model/family.ts';
import { LOGGERS } from './record-logs/loggers.ts';
import { type Ending, Inside, type Obstacle } from './record-logs/run.ts';
import { commandsOf, restoreText } from './record-logs/text.ts';
import type { Inputs, Variant } from './record-scenarios/scenario.ts';

const FOLDER = fileURLToPath(new URL('../test/fixtures/logs', import.meta.url));

interface Case {
  readonly inputs: Inputs;
  readonly variant: Variant;
  readonly logger: keyof typeof LOGGERS;
  readonly obstacle?: Obstacle & {
    /** Only for this family. */
    readonly only?: Family;
    /** A match that the kernel here has no module for, in place of the owner's: any other may be the one a node lacks. */
    readonly withoutModule?: true;
    /** All was written by an earlier run. */
    readonly again?: true;
  };
  /** The log ends in a save. */
  readonly state?: true;
}

const SIDECAR: Inputs = { istioVersion: '1.20.3', inboundPortsExclude: '15090,15021,15020' };
const AMBIENT: Inputs = { istioVersion: '1.24.3', dataplane: 'ambient', hostProbeIpv4: '169.254.7.127' };

const CASES: Readonly<Record<string, Case>> = {
  'library-legacy': { inputs: SIDECAR, variant: 'legacy', logger: 'logged', obstacle: { withoutLibrary: 'owner' } },
  'library-nft': {
    inputs: { ...SIDECAR, istioVersion: '1.8.0' },
    variant: 'nft',
    logger: 'printed',
    obstacle: { withoutLibrary: 'owner' },
  },
  'module-legacy': { inputs: SIDECAR, variant: 'legacy', logger: 'logged', obstacle: { withoutModule: true } },
  'module-nft': {
    inputs: { ...SIDECAR, istioVersion: '1.28.1' },
    variant: 'nft',
    logger: 'newer',
    obstacle: { withoutModule: true },
    state: true,
  },
  'module-nft-json': { inputs: SIDECAR, variant: 'nft', logger: 'json', obstacle: { withoutModule: true } },
  'module-ipv6-nft': {
    inputs: { ...SIDECAR, enableIpv6: true },
    variant: 'nft',
    logger: 'logged',
    obstacle: { withoutModule: true, only: 'ipv6' },
  },
  'module-ipv6-legacy': {
    inputs: { ...SIDECAR, enableIpv6: true },
    variant: 'legacy',
    logger: 'printed',
    obstacle: { withoutModule: true, only: 'ipv6' },
  },
  'rights-nft': { inputs: SIDECAR, variant: 'nft', logger: 'logged', obstacle: { withoutRights: true } },
  'rights-legacy': { inputs: SIDECAR, variant: 'legacy', logger: 'logged', obstacle: { withoutRights: true } },
  'lock-legacy': { inputs: SIDECAR, variant: 'legacy', logger: 'logged', obstacle: { locked: true } },
  'again-legacy': { inputs: SIDECAR, variant: 'legacy', logger: 'printed', obstacle: { again: true } },
  'again-nft-save': { inputs: SIDECAR, variant: 'nft', logger: 'logged', obstacle: { again: true }, state: true },
  'ambient-module-nft': { inputs: AMBIENT, variant: 'nft', logger: 'agent', obstacle: { withoutModule: true } },
  'ambient-again-legacy': { inputs: AMBIENT, variant: 'legacy', logger: 'agent', obstacle: { again: true } },
  'ambient-good': { inputs: AMBIENT, variant: 'nft', logger: 'agent' },
  good: { inputs: { ...SIDECAR, enableIpv6: true }, variant: 'nft', logger: 'logged' },
  'good-save': { inputs: SIDECAR, variant: 'nft', logger: 'newer', state: true },
};

function record({ inputs, variant, logger, obstacle = {}, state }: Case): string {
  const inside = new Inside();
  const { begin, end, state: stateLines } = LOGGERS[logger];
  const lines: string[] = [];
  for (const family of familiesOf(inputs)) {
    const tool = family === 'ipv4' ? 'iptables' : 'ip6tables';
    const applies = obstacle.only === undefined || obstacle.only === family;
    const text = lacking(restoreText(inputs, family), applies && obstacle.withoutModule === true);
    const argv = [`${tool}-${variant}-restore`, '--noflush', ...(obstacle.locked === true ? ['--wait=1'] : [])];
    if (obstacle.again === true) inside.run(argv, `${text}\n`);
    const ending = inside.run(argv, `${text}\n`, applies ? obstacle : {});
    lines.push(...begin(tool, text), ...end(tool, ending));
    if (ending.status !== 0) break;
  }
  if (state === true) lines.push(...stateLines('iptables', inside.run([`iptables-${variant}-save`], '').stdout));
  inside.remove();
  return `${lines.join('\n')}\n`;
}

function familiesOf({ enableIpv6 }: Inputs): Family[] {
  return enableIpv6 === true ? ['ipv4', 'ipv6'] : ['ipv4'];
}

function lacking(text: string, isLacking: boolean): string {
  if (!isLacking) return text;
  const last = text.lastIndexOf('\n-A ISTIO_OUTPUT ');
  return `${text.slice(0, last)}\n-A ISTIO_OUTPUT -m ipvs --ipvs -j RETURN${text.slice(last)}`;
}

/** The releases before 1.5 ran a command for each rule, in a shell that prints what it runs and stops at the first error. */
function recordShell(variant: Variant, isAgain: boolean): string {
  const inside = new Inside();
  const commands = commandsOf(restoreText({ istioVersion: '1.1.7' }, 'ipv4'), 'iptables');
  const run = ([, ...argv]: readonly string[]): Ending => inside.run([`iptables-${variant}`, ...argv], '');
  if (isAgain) commands.forEach(run);
  const lines: string[] = [];
  for (const command of commands) {
    const { status, stderr } = run(command);
    lines.push(`+ ${command.join(' ')}`, ...(stderr === '' ? [] : [stderr.trimEnd()]));
    if (status !== 0) break;
  }
  inside.remove();
  return `${lines.join('\n')}\n`;
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.log'))) rmSync(`${FOLDER}/${file}`);
mkdirSync(FOLDER, { recursive: true });
for (const [name, one] of Object.entries(CASES)) writeFileSync(`${FOLDER}/${name}.log`, record(one));
writeFileSync(`${FOLDER}/shell-again.log`, recordShell('legacy', true));
writeFileSync(`${FOLDER}/shell-good.log`, recordShell('legacy', false));
