import type { FileReader } from '../collect/files.ts';
import type { Owner } from './types.ts';

/** Bit numbers of include/uapi/linux/capability.h. */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;

/** Whether this process may act as other users: by its effective capabilities, which root may lack and others may have. */
export async function mayBeOthers(own: Owner, files: Pick<FileReader, 'read'>): Promise<boolean> {
  const content = await files.read('/proc/self/status');
  const effective = 'text' in content ? /^CapEff:\s+([0-9a-fA-F]{1,16})$/m.exec(content.text)?.[1] : undefined;
  if (effective === undefined) return own.uid === 0;
  const held = BigInt(`0x${effective}`);
  return [CAP_SETGID, CAP_SETUID].every((bit) => ((held >> bit) & 1n) === 1n);
}
