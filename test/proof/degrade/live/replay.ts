import { answerTo, type Capture } from '../../../../src/collect/capture.ts';
import type { Outside } from '../../../../src/collect/outside.ts';

/** Programs and files answer what a capture says they did; what it did not ask for is not there. */
export function replayed(capture: Capture, configFile: string): Outside {
  return {
    runner: {
      run: async (argv) => {
        const answer = capture.answers.findLast(({ result }) => result.argv.join(' ') === argv.join(' '));
        if (answer) return answer.result;
        // The earlier look at the sockets: as these do not change, it is what the later one shows.
        const later = argv[0] === 'ss' ? answerTo(capture, 'sockets') : null;
        return later ?? { ...NOT_THERE, argv };
      },
    },
    files: {
      read: async (path) => capture.files.find((file) => file.path === path)?.content ?? MISSING,
      holders: async () => capture.holders ?? [],
    },
    readInput: async () => ({ text: configFile }),
    readLines: () => {
      throw new Error('no packets here');
    },
  };
}

const MISSING = { error: 'missing', message: 'there is no such file' } as const;

const NOT_THERE = {
  path: null,
  exitCode: null,
  stdout: '',
  stderr: '',
  failure: { kind: 'not-found', message: 'there is no such program' },
  durationMs: 0,
} as const;
