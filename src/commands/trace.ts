import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { EXIT, type ExitCode, verdictExitCode, worstExitCode } from '../cli/exit-code.ts';
import { type SourceValues, sourceFlags, sourceRequest } from '../cli/flags.ts';
import { outputFlags, outputFormat } from '../cli/format.ts';
import type { SourceRequest } from '../cli/gather.ts';
import { writeAll } from '../cli/output.ts';
import { packetFlags, packetFromFlags, packetsFlag, tracedPackets } from '../cli/packet-flags.ts';
import { standInsOf } from '../cli/stand-ins.ts';
import { reportOptions, standardOutput } from '../cli/terminal.ts';
import { UsageError } from '../model/errors.ts';
import type { TraceAnswer } from '../pipeline/trace.ts';
import { rendererOf } from '../report/formats.ts';

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
    ...outputFlags('trace'),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Trace);
    const format = outputFormat(flags, 'trace', process.env);
    // What is wrong with the flags is said before anything is looked at.
    const { packets, notes } = tracedPackets(flags);
    if (packets.kind === 'file') refuseOutput(flags.output);
    // Loaded while the programs that were started still run.
    const [{ facts }, { trace, traceLines }] = await Promise.all([
      this.gather({ source: tracedSource(flags) }),
      import('../pipeline/trace.ts'),
    ]);
    // Of this pod it is known who it is.
    const own =
      flags.rules === undefined && packets.kind === 'packet'
        ? packetFromFlags(flags, () => standInsOf(facts.pod))
        : null;
    const asked = { verdictOnly: flags['verdict-only'] };
    const run =
      packets.kind === 'file'
        ? traceLines(facts, (await this.machine()).readLines(packets.file), asked)
        : inOneBatch(trace(facts, [own?.packet ?? packets.packet], asked));
    for (const note of [...(own?.notes ?? notes), ...run.notes]) this.note(note);
    await this.noteEnvironment();
    const line = await rendererOf('trace', packets.kind === 'file' ? 'jsonl' : format);
    const options = reportOptions(standardOutput(), flags.color);
    const codes = new Set<ExitCode>(run.incomplete ? [EXIT.cannotLook] : []);
    await writeAll(process.stdout, run.traces, (item) => {
      codes.add('error' in item ? EXIT.usage : verdictExitCode(item.verdict));
      return line(item, options);
    });
    process.exitCode = worstExitCode(codes);
  }
}

/** Many traces are a line of JSON each; the table is what is printed without being asked for. */
function refuseOutput(output: string | undefined): void {
  if (output === undefined || output === 'json' || output === 'table') return;
  throw new UsageError(`--packets is answered line by line as JSON, not as ${output}.`, {
    hint: 'Leave --output away, or ask about one packet.',
  });
}

function inOneBatch({ traces, ...run }: TraceAnswer): TraceAnswer<Iterable<TraceAnswer['traces']>> {
  return { traces: [traces], ...run };
}

/** The family of the packet says nothing about live rules, which are read in both. */
function tracedSource(flags: SourceValues): SourceRequest {
  return sourceRequest(flags.rules === undefined ? { sockets: flags.sockets } : flags);
}
