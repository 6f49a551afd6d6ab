import { BaseCommand } from '../cli/base-command.ts';
import { diffExitCode } from '../cli/exit-code.ts';
import { configFlags, configRequest, exampleFlag, sourceFlags } from '../cli/flags.ts';
import { flowRequest, requestFlags } from '../cli/flow-flags.ts';
import { outputFormat, reportFlags } from '../cli/format.ts';
import { reportOptions, standardOutput } from '../cli/terminal.ts';
import type { FlowAnswer } from '../pipeline/flow-types.ts';

/** `istio-nat flow`. */
export class Flow extends BaseCommand {
  static override summary = 'Follow the whole life of a request: client, proxy, application, and on to other services.';
  static override usage =
    'flow [--port PORT] [--to ADDRESS[:PORT]] [--uid UID] [--journey NAME,...] [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [-o table|json]';
  static override description =
    `Follows requests through the live rules, step by step and program by program: one from another pod, one of the application to another service, a DNS query, a probe of the kubelet, and calls of the application to itself. Each step says which rule decides, why, and whether the layout that Istio programs means it to be so. The step where a request goes wrong is marked, with the rule that should have decided, and what really happens is followed to its end.

These are single packets: what the rules do to all others, see diff.

Exit code: 0 every step is as the layout has it, 1 a step is not, 2 wrong usage, 3 could not look or undetermined, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> flow' },
    {
      description: 'Saved rules: a request to port 9090, a call to a database',
      command: '<%= config.bin %> flow --rules pod.rules --istio-version 1.28.10 --port 9090 --to 10.1.2.3:3306',
    },
    {
      description: 'Only what the kubelet and DNS get',
      command: '<%= config.bin %> flow --rules pod.rules --journey probe,dns',
    },
  ];
  static override flags = {
    ...sourceFlags,
    ...exampleFlag,
    ...requestFlags,
    ...configFlags,
    ...reportFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Flow);
    const format = outputFormat(flags, ['table', 'json'], process.env);
    const request = { ...flowRequest(flags), config: configRequest(flags, process.env) };
    const { flow } = await import('../pipeline/flow.ts');
    const { thisMachine } = await import('../pipeline/outside.ts');
    const answer = await flow(request, thisMachine());
    await this.report(await render(answer, format, flags['no-color']), diffExitCode(answer.report.intended));
  }
}

async function render(answer: FlowAnswer, format: 'table' | 'json', noColor: boolean): Promise<string> {
  const { flowJson, flowTable } = await import('../report/flow.ts');
  return format === 'json' ? flowJson(answer) : flowTable(answer, reportOptions(standardOutput(), noColor));
}
