import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { diffSides } from '../cli/diff-flags.ts';
import { diffExitCode } from '../cli/exit-code.ts';
import { configFlags, configRequest, exampleFlag, sourceFlags } from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';

/** `istio-nat diff`. */
export class Diff extends BaseCommand {
  static override summary =
    'Show every class of packets that the rules treat differently than they should, or than before.';
  static override usage = [
    `diff [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [--<input> VALUE...] [--traces] [${outputUsage('diff')}]`,
    `diff [--rules FILE...] --against FILE... [--traces] [${outputUsage('diff')}]`,
  ];
  static override description =
    `Works out what the rules do to every packet that can exist, and holds it against the layout that Istio programs for the release and the inputs given; or, with --against, against other rules: what did this change do to traffic? --against names the rules from before, and --rules (or the live rules) are the ones now. Rules that are written differently and do the same are equivalent.

Exit code: 0 every packet is treated the same, 1 differences, 2 wrong usage, 3 could not look or undetermined, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> diff' },
    {
      description: 'Saved rules against a release, with the way of every example packet',
      command: '<%= config.bin %> diff --rules pod.rules --istio-version 1.28.10 --traces',
    },
    {
      description: 'What a change did to traffic',
      command: '<%= config.bin %> diff --rules after.rules --against before.rules',
    },
  ];
  static override flags = {
    ...sourceFlags,
    against: string({
      helpGroup: 'SOURCE',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
      description: 'saved rules from before, instead of what Istio should have programmed (- is stdin)',
    }),
    ...exampleFlag,
    ...configFlags,
    traces: boolean({ description: 'follow every example packet through both sides, rule by rule' }),
    ...outputFlags('diff'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Diff);
    const answer = async () => {
      const { source, against } = diffSides(flags, process.env);
      const config = configRequest(flags, process.env);
      // Loaded while the programs that were started still run.
      const [{ facts, declared }, { diff }] = await Promise.all([
        this.gather({ source, ...(against === undefined && { config }) }),
        import('../pipeline/diff.ts'),
      ]);
      const other = against === undefined ? { declared } : { before: (await this.gather({ source: against })).facts };
      return diff(facts, other, { traces: flags.traces });
    };
    await this.show('diff', flags, answer, ({ report }) => diffExitCode(report.equivalent));
  }
}
