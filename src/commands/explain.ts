import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';

/** `istio-nat explain`. */
export class Explain extends BaseCommand {
  static override summary = 'Explain a finding: meaning, causes and how to tell them apart, how to confirm it, remedy.';
  static override usage = `explain [CODE|NAME|SYMPTOM...] [${outputUsage('explain')}]`;
  static override description =
    'A code (NAT0304), its number (304), a name (owner-gap), or words of what goes wrong (dns slow). Without any all codes are listed. Works offline, and looks at no pod. What fits nothing is wrong usage (exit code 2).';
  static override examples = [
    { description: 'All codes', command: '<%= config.bin %> explain' },
    { description: 'One of them, by code, number or name', command: '<%= config.bin %> explain NAT0101' },
    { description: 'What may be behind a symptom', command: '<%= config.bin %> explain connection refused' },
    { description: 'The whole catalogue for a program', command: '<%= config.bin %> explain --json' },
  ];
  static override args = {
    subject: string({
      multiple: true,
      ignoreStdin: true,
      description: 'a code, number or name such as NAT0101, 101 or inbound-not-redirected, or words of a symptom',
    }),
  };
  static override flags = { ...outputFlags('explain') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const answer = async () => (await import('../pipeline/explain.ts')).explain(args.subject?.join(' '));
    await this.show('explain', flags, answer, () => EXIT.ok);
  }
}
