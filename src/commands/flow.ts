import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { diffExitCode, EXIT, type ExitCode } from '../cli/exit-code.ts';
import { configFlags, configRequest, exampleFlag, sourceFlags } from '../cli/flags.ts';
import { flowRequest, requestFlags } from '../cli/flow-flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';

/** The states of packets that `--ct-state` can ask about. */
const STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;

/** `istio-nat flow`. */
export class Flow extends BaseCommand {
  static override summary = 'Follow the whole life of a request: client, proxy, application, and on to other services.';
  static override usage = [
    `flow [--port PORT] [--to ADDRESS[:PORT]] [--uid UID] [--journey NAME,...] [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [${outputUsage('flow')}]`,
    `flow --classes [--ct-state STATE] [--rules FILE...] [${outputUsage('flow')}]`,
    `flow --unreached [--rules FILE...] [${outputUsage('flow')}]`,
  ];
  static override description =
    `Follows requests through the live rules, step by step and program by program: one from another pod, one of the application to another service, a DNS query, a probe of the kubelet, and calls of the application to itself. Each step says which rule decides, why, and whether the layout that Istio programs means it to be so. The step where a request goes wrong is marked, with the rule that should have decided, and what really happens is followed to its end.

These are single packets. --classes is about all packets that can exist: whose are captured by the proxy, whose bypass it, whose are dropped, and whose loop. --unreached lists the rules that can never match a packet, with the earlier rules that take their packets. Both are about the rules as they are, whatever they should be: see diff and check.

Exit code: 0 every step is as the layout has it (or, with --classes and --unreached, the answer is complete), 1 a step is not, 2 wrong usage, 3 could not look or undetermined, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> flow' },
    {
      description: 'Saved rules: a request to port 9090, a call to a database',
      command: '<%= config.bin %> flow --rules pod.rules --istio-version 1.28.10 --port 9090 --to 10.1.2.3:3306',
    },
    {
      description: 'A call over IPv6 by another user of the pod',
      command: '<%= config.bin %> flow --journey outbound --to [2001:db8::1]:443 --uid 2000',
    },
    {
      description: 'Only what the kubelet and DNS get',
      command: '<%= config.bin %> flow --rules pod.rules --journey probe,dns',
    },
    { description: 'Who is captured, and who bypasses the proxy', command: '<%= config.bin %> flow --classes' },
    { description: 'Rules that do nothing', command: '<%= config.bin %> flow --rules pod.rules --unreached' },
  ];
  static override flags = {
    ...sourceFlags,
    ...exampleFlag,
    ...requestFlags,
    classes: boolean({
      exclusive: ['unreached', ...Object.keys(requestFlags)],
      description: 'what becomes of all packets, class by class, instead of single requests',
    }),
    'ct-state': string({
      options: [...STATES],
      dependsOn: ['classes'],
      helpValue: STATES.join('|'),
      description: 'the packets that --classes is about, NEW unless given: the first of their connections',
    }),
    unreached: boolean({
      exclusive: Object.keys(requestFlags),
      description: 'the rules that can never match a packet, and why',
    }),
    verbose: boolean({ char: 'v', description: 'the steps of requests that go right, too' }),
    ...configFlags,
    ...outputFlags('flow', 'flow-classes', 'flow-unreached'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Flow);
    const config = configRequest(flags, process.env);
    // About all packets, the family says only what saved rules are about.
    const allPackets = () => flowRequest({ ...flags, family: flags.rules === undefined ? undefined : flags.family });
    if (flags.classes) {
      const answer = async () => {
        const state = STATES.find((one) => one === flags['ct-state']) ?? 'NEW';
        const request = { source: allPackets().source, config };
        const [{ facts, declared }, { flowClasses }] = await Promise.all([
          this.gather(request),
          import('../pipeline/flow-classes.ts'),
        ]);
        return flowClasses(facts, declared, { state });
      };
      return this.show('flow-classes', flags, answer, openExitCode);
    }
    if (flags.unreached) {
      // The rules that no packet reaches are the same whatever was declared.
      const answer = async () => {
        const [{ facts }, { flowUnreached }] = await Promise.all([
          this.gather({ source: allPackets().source }),
          import('../pipeline/flow-unreached.ts'),
        ]);
        return flowUnreached(facts);
      };
      return this.show('flow-unreached', flags, answer, openExitCode);
    }
    const answer = async () => {
      const { source, ...question } = flowRequest(flags);
      // Loaded while the programs that were started still run.
      const [{ facts, declared }, { flow }] = await Promise.all([
        this.gather({ source, config }),
        import('../pipeline/flow.ts'),
      ]);
      return flow(facts, declared, question);
    };
    await this.show('flow', flags, answer, ({ report }) => diffExitCode(report.intended));
  }
}

/** Answers about all packets are complete, or they are not. */
function openExitCode({ report }: { readonly report: { readonly undetermined: readonly unknown[] } }): ExitCode {
  return report.undetermined.length > 0 ? EXIT.cannotLook : EXIT.ok;
}
