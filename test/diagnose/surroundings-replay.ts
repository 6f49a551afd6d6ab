import { answerTo, type Capture } from '../../src/collect/capture.ts';
import type { Outside } from '../../src/collect/outside.ts';
import type { ConfigKey } from '../../src/model/config.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { check } from '../asked.ts';

type Inputs = Readonly<Partial<Record<ConfigKey, string>>>;

/** `check` on a capture, as it runs live, with the flags given, and a file for `--config` where there is one. */
export function checkCapture(capture: Capture, flags: Inputs = {}, file?: Inputs): Promise<CheckReport> {
  const config = { flags, env: {}, ...(file === undefined ? {} : { configFile: 'pod.json' }) };
  const readInput = async () => ({ text: JSON.stringify(file) });
  return check(
    { source: { kind: 'live' }, config, toolVersion: '0' },
    file === undefined ? outsideOf(capture) : { ...outsideOf(capture), readInput },
  );
}

/** Programs and files answer what the capture says they did. */
function outsideOf(capture: Capture): Outside {
  const missing = { error: 'missing', message: 'not in the capture' } as const;
  return {
    runner: {
      run: async (argv) => {
        const answer = capture.answers.findLast(({ result }) => result.argv.join(' ') === argv.join(' '));
        if (answer) return answer.result;
        // The earlier look at the sockets: as these do not change, it is what the later one shows.
        const later = argv[0] === 'ss' ? answerTo(capture, 'sockets') : null;
        if (later) return later;
        throw new Error(`${argv.join(' ')} is not in the capture`);
      },
    },
    files: {
      read: async (path) => capture.files.find((file) => file.path === path)?.content ?? missing,
      holders: async () => [],
    },
    readInput: async () => missing,
    readLines: () => {
      throw new Error('no packets here');
    },
  };
}
