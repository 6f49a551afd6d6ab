/** The effective user and group that a socket is opened with: `-m owner` and ss look at these. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The effective user and group of this process; 0 where the platform has none. */
export function ownOwner(): Owner {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

/** This process may not act as that user or group. */
export class OwnerError extends Error {
  readonly code = 'EOWNER';
}

/**
 * Opens something as somebody else: the kernel notes the effective user and group when a socket is created
 * (sock_alloc_file, xt_owner), so they are changed for that moment and changed back, without another process.
 * @throws OwnerError when the process may not become that owner
 */
export async function asOwner<T>(owner: Owner, open: () => Promise<T>): Promise<T> {
  const own = ownOwner();
  if (owner.uid === own.uid && owner.gid === own.gid) return open();
  try {
    become(owner, own);
    return await open();
  } finally {
    if (ownOwner().uid !== own.uid) process.seteuid?.(own.uid);
    if (ownOwner().gid !== own.gid) process.setegid?.(own.gid);
  }
}

function become(owner: Owner, own: Owner): void {
  try {
    // The group first: after the user there is no right to change it.
    if (owner.gid !== own.gid) process.setegid?.(owner.gid);
    if (owner.uid !== own.uid) process.seteuid?.(owner.uid);
  } catch (cause) {
    throw new OwnerError(`this process may not act as uid ${owner.uid}, gid ${owner.gid}`, { cause });
  }
}
