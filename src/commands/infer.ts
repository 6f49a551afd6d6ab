import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { configFlags, configRequest, exampleFlag, sourceFlags, sourceRequest } from '../cli/flags.ts';
import { outputFormat, reportFlags } from '../cli/format.ts';
import { reportOptions, standardOutput } from '../cli/terminal.ts';
import type { InferReport } from '../infer/report.ts';

/** `istio-nat infer`. */
export class Infer extends BaseCommand {
  static override summary = 'Say which Istio releases and inputs the rules of a pod were written from.';
  static override usage =
    'infer [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [--<input> VALUE...] [-o table|json]';
  static override description =
    `Reads the netfilter rules of a pod, takes each input of Istio's from where Istio writes it, and holds the rules against the layouts of all releases. A rule in another place is not an input but a difference; an input that one changed rule could imitate is called suspicious. Inputs that are given are taken as they are.

Exit code: 0 something was inferred, 2 wrong usage, 3 nothing of Istio's was found or the rules could not be read, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> infer' },
    { description: 'Rules that somebody saved', command: '<%= config.bin %> infer --rules pod.rules' },
    {
      description: 'How far saved rules are from one release, as JSON',
      command: '<%= config.bin %> infer --rules pod.rules --istio-version 1.28.10 --json',
    },
  ];
  static override flags = { ...sourceFlags, ...exampleFlag, ...configFlags, ...reportFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Infer);
    const format = outputFormat(flags, ['table', 'json'], process.env);
    const request = { source: sourceRequest(flags), config: configRequest(flags, process.env) };
    const { gather } = await import('../cli/gather.ts');
    const { thisMachine } = await import('../collect/machine.ts');
    const machine = thisMachine();
    // Loaded while the programs that were started still run.
    const [{ facts, declared }, { infer }] = await Promise.all([
      gather(request, machine),
      import('../pipeline/infer.ts'),
    ]);
    const report = infer(facts, declared);
    const text = await render(report, format, flags['no-color']);
    await this.report(text, report.candidates.length > 0 ? EXIT.ok : EXIT.cannotLook, {
      format,
      noColor: flags['no-color'],
      tools: machine.foreignTools(),
    });
  }
}

async function render(report: InferReport, format: 'table' | 'json', noColor: boolean): Promise<string> {
  const { inferJson, inferTable } = await import('../report/infer/table.ts');
  return format === 'json' ? inferJson(report) : inferTable(report, reportOptions(standardOutput(), noColor));
}
