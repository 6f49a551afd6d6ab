import { parseArgs } from 'node:util';

/** What decides verdicts, in patterns of git. */
const DECIDING = [
  ...['parse', 'evaluate', 'rules', 'layout', 'infer', 'observe', 'expect'],
  ...['istio', 'sockets', 'flow', 'probe', 'diagnose'],
].map((stage) => `src/${stage}/*.ts`);

/** What was asked for on the command line. */
export interface Options {
  readonly patterns: readonly string[];
  /** Only mutations of this line. */
  readonly line: number | null;
  /** How many mutations to try, or all of them. */
  readonly sample: number;
  readonly seed: number;
  /** How long a run of some tests may take. */
  readonly seconds: number;
  /** Ask only so many of the nearest tests, and none that needs a kernel or has taken long; null: ask all. */
  readonly nearest: number | null;
  /** Tell the mutations, try none. */
  readonly list: boolean;
}

/** @throws TypeError about arguments that there are not */
export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1e8) },
      seconds: { type: 'string', default: '300' },
      nearest: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const at = positionals.length === 1 ? /^(.*):(\d+)$/.exec(positionals[0] ?? '') : null;
  const patterns = at?.[1] === undefined ? positionals : [at[1]];
  return {
    patterns: patterns.length === 0 ? DECIDING : patterns,
    line: at === null ? null : Number(at[2]),
    sample: Number(values.sample ?? (patterns.length === 0 ? 25 : Number.POSITIVE_INFINITY)),
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    nearest: values.nearest === undefined ? null : Number(values.nearest),
    list: values.list,
  };
}
