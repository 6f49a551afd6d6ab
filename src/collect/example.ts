import { fileURLToPath } from 'node:url';
import type { Config } from '../model/config.ts';

/** The recording that `npm start` shows: a pod whose rules were broken on purpose, read back from a kernel. */
export const EXAMPLE_NAME = 'broken-pod';

/** Its files; `examples/` lies beside both `src/` and `dist/`. */
export const EXAMPLE_FILES = ['rules.v4.save', 'sockets.ss'].map((file) => {
  const name = `examples/${EXAMPLE_NAME}/${file}`;
  return { name, path: fileURLToPath(new URL(`../../${name}`, import.meta.url)) };
});

/** What the example pod was configured with. */
export const EXAMPLE_INPUTS: Partial<Config> = { istioVersion: '1.28.10' };
