import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { EXIT, type ExitCode, verdictExitCode, worstExitCode } from '../cli/exit-code.ts';
import { type SourceValues, sourceFlags, sourceRequest } from '../cli/flags.ts';
import { outputFormat, reportFlags } from '../cli/format.ts';
import type { SourceRequest } from '../cli/gather.ts';
import { writeAll } from '../cli/output.ts';
import { packetFlags, packetsFlag, tracedPackets } from '../cli/packet-flags.ts';
import { reportOptions, standardOutput } from '../cli/terminal.ts';
import type { PacketError, TraceReport } from '../model/trace.ts';
import type { TraceAnswer } from '../pipeline/trace.ts';

/** `istio-nat trace`. */
export class Trace extends BaseCommand {
  static override summary = 'Follow a packet through the hooks, rule by rule.';
  static override usage = [
    'trace --hook PREROUTING|OUTPUT --destination ADDRESS --destination-port PORT [--<field> VALUE...] [--rules FILE...]',
    'trace --packets FILE [--verdict-only] [--rules FILE...]',
  ];
  static override description =
    `Says for each rule that the packet meets whether it matches and why, and what becomes of the packet.

With --packets every line of the file is a packet as a JSON object, and every line of the output its trace as a JSON object, in the same order. A line that is not a packet gives {"error": …, "line": N} in its place, and exit code 2 at the end.

Exit code: 0 all verdicts are certain, 2 wrong usage or a malformed packet, 3 could not look or an undetermined verdict.`;
  static override examples = [
    {
      description: 'A request from outside to port 8080 of the pod',
      command:
        '<%= config.bin %> trace --hook PREROUTING --source 10.0.0.9 --destination 10.0.0.5 --destination-port 8080 --in-interface eth0',
    },
    {
      description: 'A request of the application (uid 1000) to a database, with rules that somebody saved',
      command:
        '<%= config.bin %> trace --rules pod.rules --hook OUTPUT --destination 10.1.2.3 --destination-port 3306 --out-interface eth0 --uid 1000',
    },
    {
      description: 'Many packets, verdicts only',
      command: '<%= config.bin %> trace --rules pod.rules --packets packets.jsonl --verdict-only',
    },
  ];
  static override flags = {
    ...sourceFlags,
    ...packetFlags,
    ...packetsFlag,
    'verdict-only': boolean({ description: 'leave the steps out' }),
    ...reportFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Trace);
    const format = outputFormat(flags, ['table', 'json'], process.env);
    const { packets, notes } = tracedPackets(flags);
    const { gather } = await import('../cli/gather.ts');
    const { thisMachine } = await import('../collect/machine.ts');
    const machine = thisMachine();
    // Loaded while the programs that were started still run.
    const [{ facts }, { trace, traceLines }] = await Promise.all([
      gather({ source: tracedSource(flags) }, machine),
      import('../pipeline/trace.ts'),
    ]);
    const options = { verdictOnly: flags['verdict-only'] };
    const run =
      packets.kind === 'file'
        ? traceLines(facts, machine.readLines(packets.file), options)
        : inOneBatch(trace(facts, [packets.packet], options));
    for (const note of [...notes, ...run.notes]) this.note(note);
    await this.noteTools(machine.foreignTools());
    const line = await renderer(packets.kind === 'file' ? 'lines' : format, flags['no-color']);
    const codes = new Set<ExitCode>(run.incomplete ? [EXIT.cannotLook] : []);
    await writeAll(process.stdout, run.traces, (item) => {
      codes.add('error' in item ? EXIT.usage : verdictExitCode(item.verdict));
      return line(item);
    });
    process.exitCode = worstExitCode(codes);
  }
}

function inOneBatch({ traces, ...run }: TraceAnswer): TraceAnswer<Iterable<TraceAnswer['traces']>> {
  return { traces: [traces], ...run };
}

/** The family of the packet says nothing about live rules, which are read in both. */
function tracedSource(flags: SourceValues): SourceRequest {
  return sourceRequest(flags.rules === undefined ? { sockets: flags.sockets } : flags);
}

type Renderer = (item: TraceReport | PacketError) => string;

async function renderer(format: 'table' | 'json' | 'lines', noColor: boolean): Promise<Renderer> {
  const { traceLine } = await import('../report/trace/line.ts');
  if (format === 'lines') return traceLine;
  const { traceJson } = await import('../report/json.ts');
  if (format === 'json') return (item) => ('error' in item ? traceLine(item) : traceJson(item));
  const { traceTable } = await import('../report/trace/table.ts');
  const options = reportOptions(standardOutput(), noColor);
  return (item) => ('error' in item ? traceLine(item) : traceTable(item, options));
}
