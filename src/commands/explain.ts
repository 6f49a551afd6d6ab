import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';

/** `istio-nat explain`. */
export class Explain extends BaseCommand {
  static override summary = 'Explain a finding code: meaning, causes, how to confirm it, remedy.';
  static override usage = `explain [CODE] [${outputUsage('explain')}]`;
  static override description =
    'Without a code all codes are listed. Works offline, and looks at no pod. A code that does not exist is wrong usage (exit code 2).';
  static override examples = [
    { description: 'All codes', command: '<%= config.bin %> explain' },
    { description: 'One of them, by code or by name', command: '<%= config.bin %> explain NAT0101' },
    { description: 'The whole catalogue for a program', command: '<%= config.bin %> explain --json' },
  ];
  static override args = {
    code: string({ description: 'the code or the name of a finding, such as NAT0101 or inbound-not-redirected' }),
  };
  static override flags = { ...outputFlags('explain') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const answer = async () => (await import('../pipeline/explain.ts')).explain(args.code);
    await this.show('explain', flags, answer, () => EXIT.ok);
  }
}
