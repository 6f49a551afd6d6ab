import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { checkExitCode } from '../cli/exit-code.ts';
import {
  configFlags,
  configRequest,
  exampleFlag,
  failOnFlag,
  minSeverity,
  minSeverityFlag,
  type SourceValues,
  sourceFlags,
  sourceRequest,
  suppressFlag,
  threshold,
} from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';
import { UsageError } from '../model/errors.ts';
import type { Suppressions } from '../suppress/sift.ts';

const amountFlags = {
  verbose: boolean({
    char: 'v',
    exclusive: ['quiet'],
    description: 'everything: all findings, evidence and checks',
  }),
  quiet: boolean({ char: 'q', description: 'the verdict and nothing else' }),
};

/** `istio-nat check`. */
export class Check extends BaseCommand {
  static override summary = 'Say whether the rules of a pod do what Istio should have programmed.';
  static override usage =
    `check [FILE...] [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [--<input> VALUE...] [--verbose|--quiet] [${outputUsage('check')}] [--fail-on error|warning|info|never] [--min-severity error|warning|info] [--suppress FILE...]`;
  static override description =
    `Reads the netfilter rules and sockets of a pod, works out what they do to every packet, and reports what differs from the layout that Istio programs for the release and the inputs given, with the rule that is guilty and the remedy.

Exit code: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 could not look or undetermined, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> check' },
    {
      description: 'Rules that somebody saved, held against a release and one annotation',
      command: '<%= config.bin %> check pod.rules --istio-version 1.28.10 --outbound-ports-exclude 3306',
    },
    {
      description: 'From a pipe, as JSON, failing on warnings too',
      command: '$ iptables-save | <%= config.bin %> check --rules - --json --fail-on warning',
    },
    {
      description: 'Known findings counted and named, and not held against the pod',
      command: '<%= config.bin %> check --suppress known.yaml',
    },
  ];
  static override args = {
    file: string({ multiple: true, ignoreStdin: true, description: 'the same as --rules FILE' }),
  };
  static override flags = {
    ...sourceFlags,
    ...exampleFlag,
    ...configFlags,
    ...amountFlags,
    ...outputFlags('check'),
    ...failOnFlag,
    ...minSeverityFlag,
    ...suppressFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const answer = async () => {
      const request = { source: sourceRequest(withFiles(flags, args.file)), config: configRequest(flags, process.env) };
      // Loaded while the programs that were started still run.
      const [suppressions, { facts, declared }, { check }, { withoutFindingsBelow }] = await Promise.all([
        this.#suppressions(flags.suppress),
        this.gather(request),
        import('../pipeline/check.ts'),
        import('../report/left-out.ts'),
      ]);
      const report = check(facts, declared, { toolVersion: this.config.version, suppressions });
      for (const { file, line, message } of report.suppressions?.warnings ?? [])
        this.note(`${file}:${line}: ${message}`);
      return withoutFindingsBelow(report, minSeverity(flags['min-severity']));
    };
    await this.show('check', flags, answer, (report) => checkExitCode(report, threshold(flags['fail-on'])));
  }

  async #suppressions(files: readonly string[] | undefined): Promise<Suppressions | undefined> {
    if (files === undefined) return undefined;
    const { readSuppressions } = await import('../cli/suppressions.ts');
    // What the environment names is one text where flags are a list.
    return readSuppressions([files].flat(), await this.machine(), new Date());
  }
}

/** `check FILE` is `check --rules FILE`. */
function withFiles(flags: SourceValues, files: readonly string[] = []): SourceValues {
  if (files.length === 0) return flags;
  if (flags.example === true) throw new UsageError('--example and a file of rules contradict each other.');
  return { ...flags, rules: [...(flags.rules ?? []), ...files] };
}
