import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.ts';
import { socketsExitCode } from '../cli/exit-code.ts';
import { exampleFlag, failOnFlag, type SourceValues, sourceFlags, sourceRequest, threshold } from '../cli/flags.ts';
import { outputFlags, outputUsage } from '../cli/format.ts';
import type { SourceRequest } from '../cli/gather.ts';

/** `istio-nat sockets`. */
export class Sockets extends BaseCommand {
  static override summary = 'List listeners and live connections: whose they are, through the proxy or around it.';
  static override usage =
    `sockets [--rules FILE...] [--sockets FILE] [--bypassing] [--all] [${outputUsage('sockets')}] [--fail-on error|warning|info|never]`;
  static override description =
    `Pairs the sockets of a pod with each other and says of each connection whether it goes through the proxy, what the rules would do with it if it were opened now, and whether the two fit together. Any user in the pod can read sockets; without the rules nothing is predicted. A socket of the application with the uid or gid of the proxy is named: its traffic bypasses the mesh.

Exit code: 0 nothing goes around the proxy that --fail-on counts (under the id of the proxy it is an error, else a warning), 1 something does, 2 wrong usage, 3 the sockets could not be read or understood completely, or of some connections it cannot be told, 70 a bug.`;
  static override examples = [
    { description: 'The pod whose network namespace this process is in', command: '<%= config.bin %> sockets' },
    {
      description: 'Does anything go around the proxy?',
      command: '<%= config.bin %> sockets --bypassing --fail-on warning',
    },
    {
      description: 'Rules and the output of ss -Htunaep that somebody saved',
      command: '<%= config.bin %> sockets --rules pod.rules --sockets pod.ss',
    },
  ];
  static override flags = {
    ...sourceFlags,
    ...exampleFlag,
    bypassing: boolean({ description: 'only what goes around the proxy' }),
    all: boolean({
      char: 'v',
      aliases: ['verbose'],
      description: 'every socket on a line of its own (also --verbose)',
    }),
    ...outputFlags('sockets'),
    ...failOnFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Sockets);
    const answer = async () => {
      const source = socketsSource(flags);
      const rulesGiven = flags.rules !== undefined || source.kind !== 'rules';
      // Loaded while the programs that were started still run.
      const [{ facts }, { sockets }] = await Promise.all([this.gather({ source }), import('../pipeline/sockets.ts')]);
      return sockets(facts, { rulesGiven, toolVersion: this.config.version });
    };
    await this.show('sockets', flags, answer, ({ report, notes }) =>
      socketsExitCode(report, { threshold: threshold(flags['fail-on']), complete: notes.length === 0 }),
    );
  }
}

/** Saved sockets are worth a look without rules as well. */
function socketsSource(flags: SourceValues): SourceRequest {
  const { rules = [], sockets } = flags;
  return sourceRequest(rules.length === 0 && sockets !== undefined ? { rules: [sockets] } : flags);
}
