import { type Capture, capturedFile } from '../collect/capture.ts';
import { collectLive } from '../collect/live.ts';
import type { Source } from '../diagnose/report.ts';
import type { Metadata, Pod } from '../model/pod.ts';
import { parseNameServers } from '../parse/resolver.ts';
import { CannotLook } from './errors.ts';
import { EXAMPLE_FILES, EXAMPLE_NAME } from './example.ts';
import type { SavedText } from './observe.ts';
import type { Outside } from './outside.ts';
import { metadataOf } from './surroundings-downward.ts';
import type { SourceRequest } from './types.ts';

/** A pod as it was seen, where that was, and what the pod says about itself (live only). */
export interface Facts extends Metadata {
  readonly pod: Pod;
  readonly source: Source;
  /** Addresses of the name servers in /etc/resolv.conf (live only). */
  readonly resolvers: readonly string[];
}

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
      const { observeRules } = await import('./observe.ts');
      const texts = await Promise.all(EXAMPLE_FILES.map(({ path, name }) => readText(path, outside, name)));
      return { pod: observeRules(texts, {}), source: { kind: 'example', name: EXAMPLE_NAME }, ...SILENT };
    }
  }
}

async function liveFacts(outside: Outside): Promise<Facts> {
  // What understands the answers is loaded while the programs that are asked still work.
  const [capture, { observe }] = await Promise.all([
    collectLive(outside.runner, outside.files),
    import('./observe.ts'),
  ]);
  return { pod: observe(capture), source: { kind: 'live' }, resolvers: resolversOf(capture), ...metadataOf(capture) };
}

function resolversOf(capture: Capture): string[] {
  const content = capturedFile(capture, '/etc/resolv.conf');
  return content !== null && 'text' in content ? parseNameServers(content.text) : [];
}

async function savedFacts(request: Extract<SourceRequest, { kind: 'rules' }>, outside: Outside): Promise<Facts> {
  const { observeRules } = await import('./observe.ts');
  const texts: SavedText[] = [];
  for (const file of request.files) texts.push(await readText(file, outside));
  const options = {
    ...(request.family === undefined ? {} : { family: request.family }),
    ...(request.sockets === undefined ? {} : { socketsText: await readText(request.sockets, outside) }),
  };
  return { pod: observeRules(texts, options), source: { kind: 'rules', files: request.files }, ...SILENT };
}

async function readText(path: string, outside: Outside, name = path === '-' ? 'stdin' : path): Promise<SavedText> {
  const content = await outside.readInput(path);
  if ('text' in content) return { name, text: content.text };
  throw new CannotLook(`${name}: ${content.message}`, {
    hint: 'Give a text file that holds what iptables-save, iptables -S or nft list ruleset printed, or - for standard input.',
  });
}
