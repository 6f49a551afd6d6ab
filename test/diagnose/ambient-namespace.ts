import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { FileContent } from '../../src/collect/files.ts';
import { localRunner } from '../../src/collect/local-runner.ts';
import type { Outside } from '../../src/collect/outside.ts';
import { resolveConfig } from '../../src/expect/layers.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { expectedRouting } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { check } from '../asked.ts';

const IP = 'ip';
let count = 0;

/** What a configuration file says, as an object. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A network namespace of a test's own: a layout is programmed into it, changed by hand, and checked as it stands. */
export class LivePod {
  readonly name: string;
  #listeners: ChildProcess | null = null;

  constructor() {
    count += 1;
    this.name = `istio-nat-ambient-${process.pid}-${count}`;
    execFileSync(IP, ['netns', 'add', this.name]);
    this.run('ip link set lo up');
  }

  /** Runs a command line (split at spaces) in the namespace. */
  run(line: string, input = ''): string {
    return this.exec(line.split(' '), input);
  }

  exec(argv: readonly string[], input = ''): string {
    return execFileSync(IP, ['netns', 'exec', this.name, ...argv], { input, encoding: 'utf8', stdio: 'pipe' });
  }

  /** Programs the layout and the routing of a configuration; iptables layouts with the variant given. */
  program(inputs: Inputs, variant: 'nft' | 'legacy' = 'nft'): this {
    const config = configOf(inputs);
    const { tables } = expectedRuleset(config);
    if (config.backend === 'nftables') this.exec(['nft', '-f', '-'], printNft(tables));
    else {
      for (const family of FAMILIES) {
        const own = tables.filter((table) => table.family === family);
        const tool = family === 'ipv4' ? 'iptables' : 'ip6tables';
        if (own.length > 0) this.exec([`${tool}-${variant}-restore`, '--noflush'], printSave(own));
      }
    }
    this.route(config);
    return this;
  }

  route(config: Config): void {
    const { rules, routes } = expectedRouting(config);
    for (const { family, text, priority } of rules)
      this.run(`ip ${family === 'ipv6' ? '-6' : '-4'} rule add ${text.replace('from all ', '')} pref ${priority}`);
    for (const { family, text, table } of routes)
      this.run(`ip ${family === 'ipv6' ? '-6' : '-4'} route add ${text} table ${table}`);
  }

  /** Listens on tcp ports, and on udp 15053 where tcp 15053 is among them, as the user and group of that number. */
  async listen(ports: readonly number[], owner = 0): Promise<this> {
    const as = ['setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups'];
    const command = ['netns', 'exec', this.name, ...as, process.execPath, '-e', LISTEN, ports.join(',')];
    const child = spawn(IP, command, {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#listeners = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`listeners ended with ${code}`)));
      child.stdout.once('data', () => resolve());
    });
    return this;
  }

  /** `check` as it runs in the namespace; `metadata` is what the files of the downward API say. */
  async check(inputs: Inputs | null, metadata: Readonly<Record<string, string>> = {}): Promise<CheckReport> {
    const config = { flags: {}, env: {}, ...(inputs === null ? {} : { configFile: 'config.json' }) };
    return check({ source: { kind: 'live' }, config, toolVersion: '0' }, this.#outside(inputs, metadata));
  }

  #outside(inputs: Inputs | null, metadata: Readonly<Record<string, string>>): Outside {
    const runner = localRunner();
    return {
      runner: {
        run: async (argv, options) => {
          const result = await runner.run(['ip', 'netns', 'exec', this.name, ...argv], options);
          return { ...result, argv };
        },
      },
      files: { read: async (path) => this.#read(path, metadata), holders: async () => [] },
      readInput: async () => ({ text: JSON.stringify(inputs) }),
      readLines: () => {
        throw new Error('no packets here');
      },
    };
  }

  #read(path: string, metadata: Readonly<Record<string, string>>): FileContent {
    const text = metadata[path];
    if (text !== undefined) return { text };
    if (!path.startsWith('/proc/')) return { error: 'missing', message: 'there is no such file' };
    try {
      return { text: this.exec(['cat', path]) };
    } catch {
      return { error: 'missing', message: 'there is no such file' };
    }
  }

  dispose(): void {
    this.#listeners?.removeAllListeners('exit').kill();
    execFileSync(IP, ['netns', 'del', this.name]);
  }
}

const LISTEN = `
const ports = process.argv[1].split(',').map(Number);
let open = ports.length;
const opened = () => { open -= 1; if (open === 0) console.log('open'); };
for (const port of ports) require('node:net').createServer().listen(port, '::', opened);
if (ports.includes(15053)) require('node:dgram').createSocket('udp6').bind(15053, '::');
`;

/** A checked configuration with the defaults of its release. */
export function configOf(inputs: Inputs): Config {
  const parsed = parseConfigFile(JSON.stringify(inputs), 'config.json');
  if (parsed.errors.length > 0) throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
  return resolveConfig([{ origin: 'config', inputs: parsed.inputs }]).config;
}

/** Codes of a report, the informative ones left out unless asked for. */
export function codesOf(report: CheckReport, all = false): string[] {
  return report.findings.filter(({ severity }) => all || severity !== 'info').map(({ code }) => code);
}

/** Uses a pod and removes it, however that ends. */
export async function withPod<T>(use: (pod: LivePod) => Promise<T>): Promise<T> {
  const pod = new LivePod();
  try {
    return await use(pod);
  } finally {
    pod.dispose();
  }
}

/** A pod in which somebody listens as the proxy of a sidecar does. */
export function withSidecar<T>(use: (pod: LivePod) => Promise<T>): Promise<T> {
  return withPod(async (pod) => use(await pod.listen([15001, 15006, 15053], 1337)));
}
