import { type Capture, capturedFile } from '../collect/capture.ts';
import { EXAMPLE_FILES, EXAMPLE_NAME } from '../collect/example.ts';
import type { ReadLimits } from '../collect/files.ts';
import { collectLive } from '../collect/live.ts';
import type { Outside } from '../collect/outside.ts';
import { CannotLook, UsageError } from '../model/errors.ts';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import type { Obstacle } from '../model/pod.ts';
import { withinReach } from '../observe/bounds.ts';
import type { Facts } from '../observe/facts.ts';
import type { SavedText } from '../observe/index.ts';
import { metadataOf } from '../observe/metadata.ts';
import { parseNameServers } from '../parse/resolver.ts';
import type { SourceRequest } from './requests.ts';

const SILENT = { environment: {}, labels: {}, annotations: {}, resolvers: [] } as const;

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
      const { observeRules } = await import('../observe/index.ts');
      const texts = await Promise.all(
        EXAMPLE_FILES.map(({ path, name }) => readText(path, outside, EXAMPLE_LIMITS, name)),
      );
      return { pod: observeRules(texts, {}), source: { kind: 'example', name: EXAMPLE_NAME }, ...SILENT };
    }
  }
}

async function liveFacts(outside: Outside): Promise<Facts> {
  const begun = performance.now();
  // What parses the answers is loaded while the programs that were started still run.
  const [capture, { observe }] = await Promise.all([
    collectLive(outside.runner, outside.files),
    import('../observe/index.ts'),
  ]);
  const seen = observe(capture);
  const pod = withinReach({ ...seen, obstacles: [...seen.obstacles, ...unreadableFiles(capture)] });
  return { pod, source: { kind: 'live' }, resolvers: resolversOf(capture), ...metadataOf(capture), begun };
}

/** What the pod says about itself, and whom it asks for names. */
const TOLD_FILES = ['/etc/resolv.conf', '/etc/istio/pod/annotations', '/etc/istio/pod/labels'];

/** A file that is there and was not read, because it is not a file, or larger than any of its kind. */
function unreadableFiles(capture: Capture): Obstacle[] {
  return TOLD_FILES.flatMap((path): Obstacle[] => {
    const content = capturedFile(capture, path);
    if (content === null || 'text' in content || !NOT_OF_ITS_KIND.has(content.error)) return [];
    const message = `${path} was not read: ${content.message}`;
    const remedy = `Look at ${path} by hand: kubelet writes a text of some lines there; name what it should say with flags`;
    return [{ code: 'NAT1003', message, remedy, concerns: 'environment' }];
  });
}

const NOT_OF_ITS_KIND: ReadonlySet<string> = new Set(['too-large', 'not-a-file', 'directory', 'not-text']);

function resolversOf(capture: Capture): string[] {
  const content = capturedFile(capture, '/etc/resolv.conf');
  return content !== null && 'text' in content ? parseNameServers(content.text) : [];
}

async function savedFacts(request: Extract<SourceRequest, { kind: 'rules' }>, outside: Outside): Promise<Facts> {
  if (request.files.length > INPUT_LIMITS.rulesFiles) {
    const message = `--rules is given ${request.files.length} times; more than ${INPUT_LIMITS.rulesFiles} texts of one pod are not read`;
    throw new UsageError(message, { hint: 'Name the texts of one pod, or put them into one file.' });
  }
  const { observeRules } = await import('../observe/index.ts');
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
  const begun = performance.now();
  const pod = withinReach(observeRules(texts, options));
  return { pod, source: { kind: 'rules', files: request.files }, ...SILENT, begun };
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
