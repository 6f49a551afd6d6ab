import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Capture } from '../../src/collect/capture.ts';

/** Network namespaces need root, and the tools that are tested need to be there. */
export const CAN_USE_NAMESPACES =
  process.getuid?.() === 0 && works(['ip', 'netns', 'list']) && works(['nft', '--version']);

/** The rights of a process, as arguments of setpriv. */
export const RIGHTS = {
  all: [],
  /** The istio-proxy container: its own user, nothing else. */
  proxy: [
    ...['--reuid', '1337', '--regid', '1337', '--clear-groups'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
  ],
  rootWithoutCapabilities: ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
  onlyNetAdmin: ['--bounding-set=-all,+net_admin', '--inh-caps=-all', '--no-new-privs'],
  /** kubectl debug --profile=netadmin as a user other than root. */
  userWithCapabilities: [
    ...['--reuid', '1337', '--regid', '1337', '--clear-groups'],
    ...['--inh-caps=+net_admin,+net_raw', '--ambient-caps=+net_admin,+net_raw'],
  ],
} as const;

const TSX = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
const COLLECT = fileURLToPath(new URL('collect-here.ts', import.meta.url));

/** A network namespace of its own, with loopback up. */
export class Namespace {
  readonly name = `istio-nat-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;

  constructor() {
    run(['ip', 'netns', 'add', this.name]);
    this.exec(['ip', 'link', 'set', 'lo', 'up']);
  }

  /** Runs a command inside and gives its standard output. */
  exec(argv: readonly string[], options: ExecFileSyncOptions = {}): string {
    return run(['ip', 'netns', 'exec', this.name, ...argv], options);
  }

  /** Collects inside, in a process with these rights and this PATH. */
  collect(rights: readonly string[] = RIGHTS.all, path = process.env.PATH ?? ''): Capture {
    // Its own temporary files must not count as ours, so they go elsewhere.
    const env = ['env', 'TMPDIR=/dev/shm', `PATH=${path}`];
    const setpriv = rights.length > 0 ? ['setpriv', ...rights] : [];
    const out = this.exec([...setpriv, ...env, process.execPath, TSX, COLLECT], { maxBuffer: 512 * 1024 * 1024 });
    return JSON.parse(out) as Capture;
  }

  /** Everything that looking could change, as one text. */
  state(): string {
    const shown = [
      ['sh', '-c', 'cat /proc/net/ip_tables_names /proc/net/ip6_tables_names || true'],
      ['nft', '-a', 'list', 'ruleset'],
      ['ip', 'rule'],
      ['ip', '-6', 'rule'],
      ['ip', 'route', 'show', 'table', 'all'],
      ['ip', '-6', 'route', 'show', 'table', 'all'],
      ['ip', '-o', 'link'],
      ['sh', '-c', 'cat /proc/net/nf_conntrack /proc/sys/net/netfilter/nf_conntrack_count || true'],
    ];
    const texts = shown.map((argv) => `${argv.join(' ')}\n${this.exec(argv)}`);
    return [...texts, `processes\n${run(['ip', 'netns', 'pids', this.name])}`].join('\n');
  }

  dispose(): void {
    run(['ip', 'netns', 'del', this.name]);
  }
}

function run(argv: readonly string[], options: ExecFileSyncOptions = {}): string {
  const [file = '', ...args] = argv;
  return execFileSync(file, args, { stdio: ['pipe', 'pipe', 'ignore'], encoding: 'utf8', ...options }).toString();
}

function works(argv: readonly string[]): boolean {
  try {
    run(argv);
    return true;
  } catch {
    return false;
  }
}
