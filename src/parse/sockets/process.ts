import type { Process } from '../../model/socket.ts';

/** An id that a container runtime gives: 64 hexadecimal digits, the last ones of the path. */
const CONTAINER = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m;

/** As many digits of an id as crictl and docker print. */
const SHOWN_DIGITS = 12;

/**
 * A process by its `/proc/PID/status` and, where it could be read, `/proc/PID/cgroup`. Null when the text is not that of a
 * process.
 */
export function parseProcess(pid: number, status: string, cgroup: string | null): Process | null {
  const uids = numbersAfter(status, 'Uid');
  const gids = numbersAfter(status, 'Gid');
  // Four of each (fs/proc/array.c): real, effective, saved, file system.
  const [, uid] = uids;
  const [, gid, , fsgid] = gids;
  if (uid === undefined || gid === undefined || fsgid === undefined) return null;
  const container = cgroup === null ? undefined : CONTAINER.exec(cgroup)?.[1]?.slice(0, SHOWN_DIGITS);
  return {
    pid,
    uid,
    gid,
    fsgid,
    groups: numbersAfter(status, 'Groups'),
    ...(container === undefined ? {} : { container }),
  };
}

/** The name of a process in its `/proc/PID/status`, at most 15 bytes, newlines and backslashes escaped. */
export function parseProcessName(status: string): string | null {
  return /^Name:\t(.*)$/m.exec(status)?.[1] ?? null;
}

/** The kernel escapes newlines in names, so no process can make up a line of its own. */
function numbersAfter(status: string, field: string): number[] {
  const line = new RegExp(`^${field}:([\\d \\t]*)$`, 'm').exec(status)?.[1] ?? '';
  return line
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
}
