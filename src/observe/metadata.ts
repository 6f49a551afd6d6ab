import { type Capture, capturedFile } from '../collect/capture.ts';
import type { Metadata } from '../model/pod.ts';
import { parseDownward } from '../parse/downward.ts';

/** What the pod says about itself, as far as it was captured: only istio-proxy has labels and annotations. */
export function metadataOf(capture: Capture): Metadata {
  const read = (name: string) => {
    const content = capturedFile(capture, `/etc/istio/pod/${name}`);
    return content !== null && 'text' in content ? parseDownward(content.text) : {};
  };
  const said = { environment: capture.environment, labels: read('labels'), annotations: read('annotations') };
  return isAmongOwnFiles(capture) ? { ...said, isAmongOwnFiles: true } : said;
}

/** The downward API mounts its files into the pod's containers, and process 1 of a container is in the pod's namespace. */
function isAmongOwnFiles(capture: Capture): boolean {
  const mounted = ['labels', 'annotations'].some((name) => {
    const content = capturedFile(capture, `/etc/istio/pod/${name}`);
    return content !== null && 'text' in content;
  });
  return mounted || capture.isFirstProcessHere === true;
}
