import { localFiles } from '../../../src/collect/files.ts';
import { localRunner } from '../../../src/collect/local-runner.ts';
import type { Outside } from '../../../src/collect/outside.ts';
import type { CommandResult } from '../../../src/collect/runner.ts';
import type { Packet } from '../../../src/model/packet.ts';
import type { KernelPod } from '../../kernel/index.ts';

/** What programs printed, by their command line. */
export type Printed = Map<string, Promise<CommandResult>>;

/** Nothing that is done to the rules of a pod changes what these say. */
const STEADY = /^(ip|ss) |--version$/;

/**
 * A pod as a program in its network namespace finds it. One look is enough for many questions: each command is run once,
 * and `steady` keeps what stays as it is from one case to the next.
 */
export function insideOf(pod: KernelPod, steady: Printed, inputs: object, packets: readonly Packet[]): Outside {
  const runner = localRunner();
  const files = localFiles();
  const now: Printed = new Map();
  return {
    runner: {
      run: (argv, options) => {
        const line = argv.join(' ');
        const known = STEADY.test(line) ? steady : now;
        const running = known.get(line) ?? runner.run(['nsenter', `--net=${pod.netns}`, ...argv], options);
        known.set(line, running);
        return running.then((result) => ({ ...result, argv }));
      },
    },
    files: {
      read: async (path) =>
        path.startsWith('/proc/')
          ? files.read(path.replace('/proc/net/', pod.netns.replace(/fd\/\d+$/, 'net/')))
          : { error: 'missing', message: 'there is no such file' },
      holders: async () => [],
    },
    readInput: async () => ({ text: JSON.stringify(inputs) }),
    readLines: async function* () {
      yield packets.map((packet) => JSON.stringify(packet));
    },
  };
}
