import { startOf } from '../starts.ts';
import type { Wrapper } from './wrapper.ts';

/** `kubectl logs --prefix`: `[pod/NAME/CONTAINER] line`; kubetail: `[NAME CONTAINER] line`. */
export const kubectlPrefix: Wrapper = (line) => {
  if (!line.startsWith('[')) return null;
  const [all, stream] = /^\[((?:pod\/)?[a-z0-9][\w./-]*(?: [a-z0-9][\w.-]*)?)\](?: |$)/.exec(line) ?? [];
  if (all === undefined || stream === undefined || !/[a-z]/.test(stream)) return null;
  // `[snip]` by itself is what somebody wrote where lines were left out.
  const isAlone = line.trimEnd().length <= all.length && !/[ /]/.test(stream);
  return isAlone ? null : { text: line.slice(all.length), stream };
};

/** Containers of one composition: `name-1  | line`. */
export const composePrefix: Wrapper = (line) => {
  const [all, stream] = /^([A-Za-z0-9][\w.-]*)\s+\| ?/.exec(line) ?? [];
  return all === undefined || stream === undefined || startOf(line) !== null
    ? null
    : { text: line.slice(all.length), stream };
};

/** kail: `namespace/pod[container]: line`. */
export const kailPrefix: Wrapper = (line) => {
  const [all, stream] = /^([a-z0-9][\w.-]*\/[a-z0-9][\w.-]*\[[a-z0-9][\w.-]*\]): ?/.exec(line) ?? [];
  return all === undefined || stream === undefined ? null : { text: line.slice(all.length), stream };
};
