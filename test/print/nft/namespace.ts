import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';

/** A network namespace of a test's own, in which nft can be run. */
export interface Namespace {
  /** `nft -f`. Throws with nft's message when it refuses. */
  load(rules: string): void;
  /** `nft list ruleset`, or what the given arguments of nft print. */
  list(...args: string[]): string;
}

/** System programs, not packages. */
const PROGRAMS = { ip: 'ip', nft: 'nft' } as const;

let count = 0;

/** Makes a namespace, hands it over, and deletes it however that ends. */
export function inNamespace(use: (namespace: Namespace) => void): void {
  count += 1;
  const name = `istio-nat-print-${process.pid}-${count}`;
  execFileSync(PROGRAMS.ip, ['netns', 'add', name]);
  try {
    use(openNamespace(name));
  } finally {
    execFileSync(PROGRAMS.ip, ['netns', 'del', name]);
  }
}

function openNamespace(name: string): Namespace {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const run = (args: readonly string[], input = ''): string =>
    execFileSync(PROGRAMS.ip, ['netns', 'exec', name, 'nft', ...args], {
      input,
      encoding: 'utf8',
      env,
      maxBuffer: 1 << 26,
    });
  return {
    load: (rules) => void run(['-f', '-'], `flush ruleset\n${rules}`),
    list: (...args) => run(args.length > 0 ? args : ['list', 'ruleset']),
  };
}

/** Why there can be no namespace here, or null. */
function obstacle(): string | null {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    execFileSync(PROGRAMS.nft, ['--version'], { stdio: 'ignore' });
    execFileSync(PROGRAMS.ip, ['-V'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'needs nft and ip';
  }
}

/** Tests that need nft and root: skipped with the reason, or failed under CI=true, where they must not go missing. */
export function describeWithKernel(name: string, body: () => void): void {
  const reason = obstacle();
  if (reason === null) {
    describe(name, body);
  } else if (process.env.CI === 'true') {
    it(name, () => {
      throw new Error(reason);
    });
  } else {
    describe.skip(`${name} (${reason})`, body);
  }
}
