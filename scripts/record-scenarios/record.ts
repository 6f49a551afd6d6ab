import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Capture } from '../../src/collect/capture.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { LAYOUTS } from './layouts.ts';
import { Namespace } from './namespace.ts';
import { program, toolOf } from './program.ts';
import { type Fault, type Inputs, type Layout, type Undeclared, VARIANTS, type Variant } from './scenario.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What `scenario.json` holds. */
interface Description {
  readonly config: Inputs;
  /** Healthy scenario that differs by the commands and stand-ins only; null in a healthy one. */
  readonly twin: string | null;
  readonly commands: readonly string[];
  readonly codes: readonly string[];
  readonly quotes: string;
  readonly open?: true;
  readonly undeclared?: Undeclared;
  readonly variants: readonly Variant[];
  readonly recordedWith: Readonly<Record<string, string>>;
}

/** Records a healthy layout under `healthy-…`, as every variant shows it. */
export async function recordLayout(name: string, folder: string): Promise<void> {
  const layout = layoutOf(name);
  // The routing of TPROXY mode and of ambient is not in saved rules.
  const live = layout.inputs.interceptionMode === 'TPROXY' || layout.inputs.dataplane === 'ambient';
  await record(
    `healthy-${name}`,
    {
      layout: name,
      commands: [],
      codes: [],
      quotes: '',
      ...(live ? { live } : {}),
      ...(name === 'ambient-ingress' ? { undeclared: { saved: 'undetermined', live: 'undetermined' } } : {}),
    },
    folder,
  );
}

/** Records a faulty pod, as every variant shows it. */
export async function recordFault(fault: Fault, folder: string): Promise<void> {
  await record(fault.name, fault, folder);
}

async function record(name: string, fault: Omit<Fault, 'name'>, folder: string): Promise<void> {
  const layout = layoutOf(fault.layout);
  const target = join(folder, name);
  rmSync(target, { recursive: true, force: true });
  const variants = fault.variants ?? (layout.inputs.backend === 'nftables' ? ['nft'] : VARIANTS);
  for (const variant of variants) {
    const namespace = new Namespace(`istio-nat-record-${process.pid}`);
    try {
      if (!fault.unprogrammed) program(namespace, layout.inputs, variant);
      if (fault.also) program(namespace, layoutOf(fault.also).inputs, otherThan(variant));
      for (const standIn of fault.standIns ?? layout.standIns) await namespace.listen(standIn);
      for (const command of fault.commands) namespace.run(argvOf(command, variant));
      write(join(target, variant), read(namespace, variant, fault));
      if (layout.inputs.backend === 'nftables') {
        write(join(target, variant), { 'ruleset.nft': namespace.run(['nft', 'list', 'ruleset']) });
      }
    } finally {
      await namespace.remove();
    }
  }
  const description: Description = {
    config: fault.told ?? layout.inputs,
    twin: name.startsWith('healthy-') ? null : `healthy-${fault.layout}`,
    commands: fault.commands,
    codes: fault.codes,
    ...(fault.open && { open: fault.open }),
    quotes: fault.quotes,
    ...(fault.undeclared ? { undeclared: fault.undeclared } : {}),
    variants,
    recordedWith: provenance(),
  };
  write(target, { 'scenario.json': `${JSON.stringify(description, null, 2)}\n` });
}

/** `iptables` is the recorded variant's, `other-iptables` the other one's. */
function argvOf(command: string, variant: Variant): string[] {
  const [tool = '', ...args] = command.split(' ');
  if (tool.startsWith('other-')) return [`${tool.slice('other-'.length)}-${otherThan(variant)}`, ...args];
  return [tool.endsWith('tables') ? `${tool}-${variant}` : tool, ...args];
}

function otherThan(variant: Variant): Variant {
  return variant === 'nft' ? 'legacy' : 'nft';
}

function layoutOf(name: string): Layout {
  const layout = LAYOUTS[name];
  if (!layout) throw new Error(`there is no layout ${name}`);
  return layout;
}

type Files = Readonly<Record<string, string>>;

/** What a reader is shown, as files; a tool that shows nothing leaves no file. */
function read(namespace: Namespace, variant: Variant, { live, processesHidden }: Omit<Fault, 'name'>): Files {
  const saved = FAMILIES.flatMap((family) =>
    VARIANTS.map((kind): [string, string] => {
      const name = `rules.${family === 'ipv4' ? 'v4' : 'v6'}.${kind === variant ? '' : 'other.'}save`;
      return [
        name,
        isShown(namespace, kind, family) ? withoutDate(namespace.run([`${toolOf(family)}-${kind}-save`])) : '',
      ];
    }),
  );
  const sockets = namespace.run(['ss', '-H', '-t', '-u', '-a', '-n', '-e', ...(processesHidden ? [] : ['-p'])]);
  return {
    ...Object.fromEntries(saved.filter(([, text]) => text.includes('*'))),
    'sockets.ss': sockets,
    ...(live ? { 'capture.json': capture(namespace) } : {}),
  };
}

/** The legacy tool creates a table that it is asked about, so it is asked only where the kernel lists some. */
function isShown(namespace: Namespace, kind: Variant, family: 'ipv4' | 'ipv6'): boolean {
  if (kind === 'nft') return true;
  return namespace.run(['cat', `/proc/net/${family === 'ipv4' ? 'ip' : 'ip6'}_tables_names`]).trim() !== '';
}

function withoutDate(text: string): string {
  return text.replace(/^(# .*) on .*$/gm, '$1');
}

/** Everything that a live check reads, but for what is of this machine and not of the pod. */
function capture(namespace: Namespace): string {
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const text = namespace.run([process.execPath, tsx, join(ROOT, 'test/collect/collect-here.ts')]);
  const { answers, files } = JSON.parse(text) as Capture;
  const ofPod: Capture = {
    answers: answers.map(({ question, result }) => ({
      question,
      result: { ...result, stdout: withoutDate(result.stdout), durationMs: 0 },
    })),
    files: files.filter(({ path }) => path.startsWith('/proc/net/')),
    environment: {},
  };
  return `${JSON.stringify(ofPod, null, 1)}\n`;
}

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function provenance(): Readonly<Record<string, string>> {
  const version = (...argv: readonly [string, ...string[]]) =>
    execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' }).trim();
  return {
    kernel: version('uname', '-r').replace(/-.*/, ''),
    'iptables-nft': version('iptables-nft', '--version'),
    'iptables-legacy': version('iptables-legacy', '--version'),
    nft: version('nft', '--version'),
    ss: version('ss', '-V'),
  };
}
