import { BaseCommand } from '../cli/base-command.ts';
import { EXIT, type ExitCode } from '../cli/exit-code.ts';
import { failureText } from '../cli/failure.ts';
import { configFlags, configRequest } from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';
import { write } from '../cli/output.ts';
import { probeFlags, probeRequest } from '../cli/probe-flags.ts';
import type { ProbeAnswer } from '../probe/types.ts';

/** `istio-nat probe`. */
export class Probe extends BaseCommand {
  static override summary =
    'Send traffic of this pod’s own, and say which way it took. The only command that sends any.';
  static override usage =
    `probe [--to ADDRESS:PORT] [--uid UID[:GID]...] [--timeout SECONDS] [--dry-run] [--istio-version X.Y.Z] [--config FILE] [${outputUsage('probe')}]`;
  static override description =
    `Opens connections (and closes them, nothing is sent over them) and asks the resolver for a name that does not exist: to an address that nobody has, which only an interceptor can answer; to the pod itself; as the proxy to the application through 127.0.0.6; to 127.0.0.6:15002, which is what Istio's own validation dials. The kernel's socket list shows which port of the pod took each connection. That is held against what Istio intends and what the live rules say. Every address is named on stderr before anything is sent; nothing is sent to an address that cannot be one host’s.

Exit code: 0 all went as Istio intends, 1 one did not, 2 wrong usage, 3 one cannot be judged or nothing could be sent, 70 a bug.`;
  static override examples = [
    { description: 'What would be sent', command: '<%= config.bin %> probe --dry-run' },
    { description: 'As root: as an application and as the proxy', command: '<%= config.bin %> probe' },
    {
      description: 'A database that is to be excluded, as the user of the application',
      command: '<%= config.bin %> probe --to 10.1.2.3:3306 --uid 1000 --outbound-ports-exclude 3306',
    },
  ];
  static override flags = { ...probeFlags, ...configFlags, ...outputFlags('probe') };

  async run(): Promise<void> {
    const { flags } = await this.parse(Probe);
    const answer = async () => {
      const question = probeRequest(flags);
      const request = { source: { kind: 'live' }, config: configRequest(flags, process.env) } as const;
      const { thisNetwork } = await import('../collect/machine.ts');
      const { ownOwner } = await import('../collect/owner.ts');
      // Loaded while the programs that were started still run.
      const [{ facts, declared }, { probe }] = await Promise.all([
        this.gather(request),
        import('../pipeline/probe.ts'),
      ]);
      const { files } = await this.machine();
      const announce = async (line: string) => {
        await write(process.stderr, failureText({ message: line }));
      };
      return probe(facts, declared, question, { network: thisNetwork(), files, own: ownOwner(), announce });
    };
    await this.show('probe', flags, answer, exitCode);
  }
}

function exitCode({ probes }: ProbeAnswer): ExitCode {
  if (probes.some(({ outcome }) => outcome === 'fail')) return EXIT.findings;
  return probes.some(({ outcome }) => outcome === 'undetermined') ? EXIT.cannotLook : EXIT.ok;
}
