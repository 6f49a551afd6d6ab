import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { configFlags, configRequest, familyFlag, familyOf } from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';
import { EXPECTED_OUTPUTS } from '../expect/forms.ts';
import type { FormatName } from '../report/formats.ts';

/** `istio-nat expected`. */
export class Expected extends BaseCommand {
  static override summary = 'Print the rules that Istio should have programmed for a release and its inputs.';
  static override usage =
    `expected [--istio-version X.Y.Z] [--config FILE] [--<input> VALUE...] [${outputUsage('expected')}] [--family ipv4|ipv6]`;
  static override description =
    `Prints the layout in the form of iptables-save (save), iptables -S (S), nft list ruleset (nft) or as JSON. Without --family both families of that configuration are printed, one after the other.`;
  static override examples = [
    {
      description: 'What Istio 1.28.10 programs with its defaults',
      command: '<%= config.bin %> expected --istio-version 1.28.10',
    },
    {
      description: 'Held against the rules of a pod by hand',
      command:
        '$ diff <(<%= config.bin %> expected --istio-version 1.28.10 --output save --family ipv4) <(iptables-save)',
    },
  ];
  static override flags = {
    ...configFlags,
    ...outputFlags('expected'),
    family: familyFlag('print this family only'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Expected);
    const answer = async (format: FormatName) => {
      const family = familyOf(flags.family);
      // YAML is made of the JSON text.
      const printed = format === 'yaml' ? 'json' : format;
      const output = EXPECTED_OUTPUTS.find((one) => one === printed) ?? 'save';
      const { declaredInputs } = await import('../cli/gather.ts');
      const { expected } = await import('../pipeline/expected.ts');
      const declared = await declaredInputs(configRequest(flags, process.env), await this.machine());
      return expected(declared, { output, ...(family !== undefined && { family }) });
    };
    await this.show('expected', flags, answer, () => EXIT.ok);
  }
}
