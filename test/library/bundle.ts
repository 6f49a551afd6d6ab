import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A script that a browser can load, and what it would need besides. */
export interface BrowserBundle {
  /** Sets `istioNat`. */
  readonly script: string;
  /** Its files, as paths in the repository. */
  readonly modules: readonly string[];
  /** What it imports and does not hold: modules of Node.js, or packages. */
  readonly foreign: readonly string[];
}

/** Bundles a file of the sources, all that it loads later included, for a browser. */
export async function bundleForBrowser(entry: string): Promise<BrowserBundle> {
  const foreign = new Set<string>();
  const bundle = await rolldown({
    input: `${ROOT}${entry}`,
    platform: 'browser',
    // Nothing is dropped because nobody calls it: what is imported must be able to load.
    treeshake: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'foreign',
        resolveId(id) {
          if (/^\.{0,2}\//.test(id)) return null;
          foreign.add(id);
          return { id, external: true };
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'istioNat', codeSplitting: false });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  return {
    script: chunks.map(({ code }) => code).join('\n'),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds).map((id) => id.replace(ROOT, '')),
    foreign: [...foreign].sort(),
  };
}
