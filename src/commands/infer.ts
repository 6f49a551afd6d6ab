import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { configFlags, configRequest, exampleFlag, sourceFlags, sourceRequest } from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';

/** `istio-nat infer`. */
export class Infer extends BaseCommand {
  static override summary = 'Say which Istio releases and inputs the rules of a pod were written from.';
  static override usage =
    `infer [--rules FILE...] [--istio-version X.Y.Z] [--config FILE] [--<input> VALUE...] [${outputUsage('infer')}]`;
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
  static override flags = { ...sourceFlags, ...exampleFlag, ...configFlags, ...outputFlags('infer') };

  async run(): Promise<void> {
    const { flags } = await this.parse(Infer);
    const answer = async () => {
      const request = { source: sourceRequest(flags), config: configRequest(flags, process.env) };
      // Loaded while the programs that were started still run.
      const [{ facts, given }, { infer }] = await Promise.all([this.gather(request), import('../pipeline/infer.ts')]);
      return infer(facts, given);
    };
    await this.show('infer', flags, answer, ({ candidates }) => (candidates.length > 0 ? EXIT.ok : EXIT.cannotLook));
  }
}
