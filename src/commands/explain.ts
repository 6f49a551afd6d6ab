import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.ts';
import { EXIT } from '../cli/exit-code.ts';
import { formatFlags, outputFormat, reportFlags } from '../cli/format.ts';
import { reportOptions, standardOutput } from '../cli/terminal.ts';
import type { Explanation } from '../pipeline/explain.ts';

const FORMATS = ['table', 'json', 'markdown'] as const;

/** `istio-nat explain`. */
export class Explain extends BaseCommand {
  static override summary = 'Explain a finding code: meaning, causes, how to confirm it, remedy.';
  static override usage = 'explain [CODE] [-o table|json|markdown]';
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
  static override flags = { ...reportFlags, ...formatFlags(FORMATS) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Explain);
    const format = outputFormat(flags, FORMATS, process.env);
    const { explain } = await import('../pipeline/explain.ts');
    await this.report(await render(explain(args.code), format, flags['no-color']), EXIT.ok, { format });
  }
}

async function render(answer: Explanation, format: (typeof FORMATS)[number], noColor: boolean): Promise<string> {
  switch (format) {
    case 'json': {
      const { catalogueJson, entryJson } = await import('../report/explain/json.ts');
      return answer.kind === 'entry' ? entryJson(answer.entry) : catalogueJson(answer.entries);
    }
    case 'markdown': {
      const { catalogueMarkdown, entryMarkdown } = await import('../report/explain/markdown.ts');
      return answer.kind === 'entry' ? entryMarkdown(answer.entry) : catalogueMarkdown(answer.entries);
    }
    case 'table': {
      const { catalogueTable, explainTable } = await import('../report/explain/table.ts');
      const options = reportOptions(standardOutput(), noColor);
      return answer.kind === 'entry' ? explainTable(answer.entry, options) : catalogueTable(answer.entries, options);
    }
  }
}
