import type { Outside } from '../../src/collect/outside.ts';

/** An outside that has only texts, by name: every other file is missing and no program can be run. */
export function savedTexts(texts: Readonly<Record<string, string>>): Outside {
  const read = async (name: string) => {
    const text = texts[name];
    return text === undefined ? ({ error: 'missing', message: 'there is no such file' } as const) : { text };
  };
  return {
    runner: { run: () => Promise.reject(new Error('a saved text needs no program')) },
    files: { read, holders: async () => [] },
    readInput: read,
    async *readLines(name) {
      yield (texts[name] ?? '').split('\n');
    },
  };
}
