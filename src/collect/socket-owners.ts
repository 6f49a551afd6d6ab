import { readdirSync, readlinkSync } from 'node:fs';

/** A process and the inodes of the sockets that it holds. */
export interface SocketHolder {
  readonly pid: number;
  readonly inodes: readonly number[];
}

/** A pod has some thousands; beyond that, sockets stay without a process instead of making everybody wait. */
const MOST_DESCRIPTORS = 200_000;

/**
 * The processes of this pid namespace that hold sockets: what `ss -p` finds out, where there is no ss. None of these
 * calls waits, and with a turn of the thread pool for each link it would take ten times as long.
 */
export function socketHolders(): SocketHolder[] {
  const holders: SocketHolder[] = [];
  let left = MOST_DESCRIPTORS;
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const links = entriesOf(`/proc/${pid}/fd`).slice(0, left);
    left -= links.length;
    const inodes = links.flatMap((link) => inodeOf(`/proc/${pid}/fd/${link}`) ?? []);
    if (inodes.length > 0) holders.push({ pid: Number(pid), inodes });
  }
  return holders;
}

/** None where the folder is gone or another user's. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Links to sockets read `socket:[INODE]`; a descriptor may be closed meanwhile. */
function inodeOf(link: string): number | null {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
    return inode === undefined ? null : Number(inode);
  } catch {
    return null;
  }
}
