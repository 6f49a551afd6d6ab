import { EXAMPLE_FILES, EXAMPLE_INPUTS, EXAMPLE_NAME } from '../collect/example.ts';
import type { ReadLimits } from '../collect/files.ts';
import { collectLive } from '../collect/live.ts';
import type { Outside } from '../collect/outside.ts';
import { declaredOf } from '../expect/declared.ts';
import { type Declared, NOTHING_DECLARED } from '../expect/layers.ts';
import type { ConfigKey } from '../model/config.ts';
import { CannotLook, UsageError } from '../model/errors.ts';
import type { Family } from '../model/family.ts';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import type { Facts } from '../observe/facts.ts';
import type { SavedText } from '../observe/saved.ts';

/** Which facts a use case looks at. At most one source is asked for; none means the namespace we run in. */
export type SourceRequest =
  | { readonly kind: 'live' }
  /** Saved texts; a file `-` is the standard input. `family` overrides what the addresses say. */
  | {
      readonly kind: 'rules';
      readonly files: readonly string[];
      readonly sockets?: string;
      readonly family?: Family;
    }
  /** The recording of a broken pod that is shipped with the program. */
  | { readonly kind: 'example' };

/** Where the expected configuration is read from, as raw text: flags win over the file, the file over `env`. */
export interface ConfigRequest {
  readonly configFile?: string;
  readonly istioVersion?: string;
  readonly flags: Readonly<Partial<Record<ConfigKey, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a command looks at, and what it holds that against; no `config`: nothing is declared. */
export interface GatherRequest {
  readonly source: SourceRequest;
  readonly config?: ConfigRequest;
}

/** What the use cases answer from. */
export interface Gathered {
  readonly facts: Facts;
  readonly declared: Declared;
  /** What the user declared: `declared` without what is known of the example. */
  readonly given: Declared;
}

/**
 * Gets the inputs and the facts from where the request says.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function gather({ source, config }: GatherRequest, outside: Outside): Promise<Gathered> {
  const given = config === undefined ? NOTHING_DECLARED : await declaredInputs(config, outside);
  const declared = source.kind === 'example' ? withExample(given) : given;
  return { declared, given, facts: await gatherFacts(source, outside) };
}

/** The example is known completely. */
function withExample({ layers }: Declared): Declared {
  return { layers: [...layers, { origin: 'config', inputs: EXAMPLE_INPUTS }], complete: true };
}

/** @throws UsageError when a value is malformed */
export async function declaredInputs(request: ConfigRequest, outside: Outside): Promise<Declared> {
  const { configFile, istioVersion, env } = request;
  const flags = { ...request.flags, ...(istioVersion !== undefined && { istioVersion }) };
  // What is wrong with a flag is said before a file, which may be a pipe, is waited for.
  const declared = declaredOf({ flags, env });
  if (configFile === undefined) return declared;
  const content = await outside.readInput(configFile, { maxBytes: INPUT_LIMITS.configBytes });
  const name = configFile === '-' ? 'stdin' : configFile;
  if (!('text' in content)) throw new UsageError(`--config ${name}: ${content.message}`);
  return declaredOf({ flags, env, file: { name, text: content.text } });
}

/**
 * Gets the facts from where the request says.
 * @throws CannotLook when a named file cannot be read
 */
export async function gatherFacts(request: SourceRequest, outside: Outside): Promise<Facts> {
  switch (request.kind) {
    case 'live':
      return liveFacts(outside);
    case 'rules':
      return savedFacts(request, outside);
    case 'example': {
      const { factsOfTexts } = await import('../observe/texts.ts');
      const texts = await Promise.all(
        EXAMPLE_FILES.map(({ path, name }) => readText(path, outside, EXAMPLE_LIMITS, name)),
      );
      return { ...factsOfTexts(texts), source: { kind: 'example', name: EXAMPLE_NAME } };
    }
  }
}

async function liveFacts(outside: Outside): Promise<Facts> {
  const begun = performance.now();
  // What parses the answers is loaded while the programs that were started still run.
  const [capture, { factsOfCapture }] = await Promise.all([
    collectLive(outside.runner, outside.files),
    import('../observe/live.ts'),
  ]);
  return factsOfCapture(capture, begun);
}

async function savedFacts(request: Extract<SourceRequest, { kind: 'rules' }>, outside: Outside): Promise<Facts> {
  if (request.files.length > INPUT_LIMITS.rulesFiles) {
    const message = `--rules is given ${request.files.length} times; more than ${INPUT_LIMITS.rulesFiles} texts of one pod are not read`;
    throw new UsageError(message, { hint: 'Name the texts of one pod, or put them into one file.' });
  }
  const { factsOfTexts } = await import('../observe/texts.ts');
  const texts: SavedText[] = [];
  let left = INPUT_LIMITS.rulesBytes;
  for (const file of request.files) {
    const text = await readText(file, outside, { maxBytes: left });
    left -= text.text.length;
    texts.push(text);
  }
  const { sockets } = request;
  const options = {
    ...(request.family === undefined ? {} : { family: request.family }),
    ...(sockets === undefined
      ? {}
      : { socketsText: await readText(sockets, outside, { maxBytes: INPUT_LIMITS.socketsBytes }) }),
  };
  return { ...factsOfTexts(texts, options), source: { kind: 'rules', files: request.files } };
}

const EXAMPLE_LIMITS: ReadLimits = { maxBytes: INPUT_LIMITS.rulesBytes };

async function readText(
  path: string,
  outside: Outside,
  limits: ReadLimits,
  name = path === '-' ? 'stdin' : path,
): Promise<SavedText> {
  const content = await outside.readInput(path, limits);
  if ('text' in content) return { name, text: content.text };
  const { error, message } = content;
  throw new CannotLook(`${name}: ${message}${error === 'too-large' ? ALL_TEXTS : ''}`, {
    hint: WAYS_OUT[error] ?? GIVE,
  });
}

const ALL_TEXTS = `; all texts of rules together, and one of sockets, may have ${inMebibytes(INPUT_LIMITS.rulesBytes)}`;

const GIVE =
  'Give a text file that holds what iptables-save, iptables -S or nft list ruleset printed, or - for standard input.';

/** What helps where it is not another file. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  'too-large':
    'Give what iptables-save or nft list ruleset prints, and nothing else; on a node, only the tables that matter (-t nat).',
  'timed-out': 'Save the text to a file first, and name that file.',
};
