import { readlinkSync } from 'node:fs';

/**
 * Whether process 1 of this pid namespace is in our network namespace: in a container of the pod it is, behind nsenter on a
 * node it is not. False where that may not be seen.
 */
export function isFirstProcessHere(): boolean {
  try {
    return readlinkSync('/proc/1/ns/net') === readlinkSync('/proc/self/ns/net');
  } catch {
    return false;
  }
}
