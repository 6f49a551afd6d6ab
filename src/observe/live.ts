import { type Capture, capturedFile } from '../collect/capture.ts';
import type { Obstacle } from '../model/pod.ts';
import { parseNameServers } from '../parse/resolver.ts';
import { withinReach } from './bounds.ts';
import type { Facts } from './facts.ts';
import { observe } from './index.ts';
import { metadataOf } from './metadata.ts';

/** The facts that a capture of a network namespace shows. Never throws. */
export function factsOfCapture(capture: Capture, begun: number): Facts {
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
