import { answerTo, type Capture, type CapturedFile, capturedFile } from '../collect/capture.ts';
import type { CommandResult } from '../collect/runner.ts';
import { FAMILIES } from '../model/family.ts';
import type { Obstacle } from '../model/pod.ts';
import { once } from '../model/remembered.ts';
import type { SocketLook } from '../model/shown-sockets.ts';
import type { Process, Socket, SocketEnds } from '../model/socket.ts';
import { parseProcess, parseProcessName } from '../parse/sockets/process.ts';
import { parseProcNet, parseProcNetEnds } from '../parse/sockets/procnet.ts';
import { parseSs } from '../parse/sockets/ss.ts';
import { toolFailed, toolMissing, unparsable } from './obstacles.ts';
import { commandLine, endingOf, note, type Seen, seen } from './seen.ts';

/** Sockets, and what would be among them if it were there. */
export interface SeenSockets extends Seen<readonly Socket[] | null> {
  readonly looks: readonly SocketLook[];
}

/** The sockets of a capture: from ss, or from the kernel's own lists; null when neither could be read. */
export function observeSockets(capture: Capture): SeenSockets {
  const result = answerTo(capture, 'sockets');
  if (result !== null && endingOf(result) === 'succeeded') return withOptions(fromSs(result), capture);
  const parts = PROTOCOLS.map((protocol) => fromKernel(capture, protocol, result));
  const held = processesByInode(capture);
  const value = parts.flatMap((part) => part.value ?? []).map((socket) => withProcess(socket, held));
  const protocols = PROTOCOLS.filter((_, position) => parts[position]?.value !== null);
  return {
    looks: protocols.length === 0 ? [] : [{ ...KERNEL_LISTS, protocols }],
    value: parts.every((part) => part.value === null) ? null : value,
    obstacles: distinct(parts.flatMap((part) => part.obstacles)),
    diagnostics: parts.flatMap((part) => part.diagnostics),
  };
}

/** The kernel's lists have everything but marks. */
const KERNEL_LISTS: Omit<SocketLook, 'protocols'> = {
  ...{ tool: '/proc/net', live: true, families: FAMILIES, states: 'all', columns: ['uid', 'process'] },
  filtered: false,
};

/** The TCP sockets of the first of two looks, parsed when asked for; null when there was none, or it failed. */
export function observeEarlierSockets(capture: Capture): (() => readonly SocketEnds[]) | null {
  const parse = earlierLook(capture);
  return parse === null ? null : once(parse);
}

function earlierLook(capture: Capture): (() => readonly SocketEnds[]) | null {
  const { earlierFiles = [] } = capture;
  if (earlierFiles.some(({ content }) => 'text' in content)) return () => earlierFiles.flatMap(listedIn);
  const result = answerTo(capture, 'sockets-earlier');
  return result === null || endingOf(result) !== 'succeeded' ? null : () => fromSs(result).value;
}

function listedIn({ content }: CapturedFile): readonly SocketEnds[] {
  return 'text' in content ? parseProcNetEnds(content.text) : [];
}

/** The processes whose files are in a capture. One that ended meanwhile, or that we may not see, is left out. */
export function observeProcesses(capture: Capture): Process[] {
  return capture.files.flatMap(({ path, content }) => {
    const pid = /^\/proc\/(\d+)\/status$/.exec(path)?.[1];
    if (pid === undefined || !('text' in content)) return [];
    const cgroup = capturedFile(capture, `/proc/${pid}/cgroup`);
    const process = parseProcess(Number(pid), content.text, cgroup !== null && 'text' in cgroup ? cgroup.text : null);
    return process === null ? [] : [process];
  });
}

function fromSs(result: CommandResult): SeenSockets & { readonly value: readonly Socket[] } {
  const { sockets, diagnostics, asked } = parseSs(result.stdout, { source: commandLine(result), command: result.argv });
  const loss = unparsable(result, diagnostics, 'sockets');
  const looks = asked.map((one) => ({ ...one, live: true }));
  return { value: sockets, looks, obstacles: loss === null ? [] : [loss], diagnostics };
}

/** The listeners with what only newer versions of ss say of them. */
function withOptions(seen: SeenSockets, capture: Capture): SeenSockets {
  const result = answerTo(capture, 'listeners');
  if (result === null || endingOf(result) !== 'succeeded') return seen;
  const { sockets } = parseSs(result.stdout, { source: commandLine(result), command: result.argv });
  const transparent = new Map(sockets.map((socket) => [endOf(socket), socket.transparent]));
  const value = (seen.value ?? []).map((socket) => {
    const known = socket.state === 'LISTEN' ? transparent.get(endOf(socket)) : undefined;
    return known === undefined ? socket : { ...socket, transparent: known };
  });
  return { ...seen, value };
}

function endOf({ family, localAddress, localPort, interface: name = '' }: Socket): string {
  return `${family} ${localAddress} ${localPort} ${name}`;
}

const PROTOCOLS = ['tcp', 'udp'] as const;

type NamedProcess = NonNullable<Socket['process']>;

/** Who holds which socket, as far as that was visible and the process was still there to say its name. */
function processesByInode(capture: Capture): ReadonlyMap<number, NamedProcess> {
  const held = new Map<number, NamedProcess>();
  for (const { pid, inodes } of capture.holders ?? []) {
    const status = capturedFile(capture, `/proc/${pid}/status`);
    const name = status !== null && 'text' in status ? parseProcessName(status.text) : null;
    // Where several share a socket the first is shown, which is usually the one that made it.
    if (name !== null) for (const inode of inodes) if (!held.has(inode)) held.set(inode, { name, pid });
  }
  return held;
}

function withProcess(socket: Socket, held: ReadonlyMap<number, NamedProcess>): Socket {
  const process = socket.inode === null ? undefined : held.get(socket.inode);
  return process === undefined ? socket : { ...socket, process };
}

/** What is left when ss gave no answer. */
function fromKernel(
  capture: Capture,
  protocol: 'tcp' | 'udp',
  result: CommandResult | null,
): Seen<readonly Socket[] | null> {
  const lists = kernelLists(capture, protocol);
  if (lists === null) return { value: null, obstacles: [unseen(result)], diagnostics: [] };
  const why = result?.failure?.message ?? 'ss failed';
  return seen(lists.sockets, [
    note(`/proc/net/${protocol}`, `${why}; the sockets were read here instead, without their marks`),
    ...lists.diagnostics,
  ]);
}

/** The kernel's lists of both families. The IPv6 one does not exist where IPv6 is switched off. */
function kernelLists(capture: Capture, protocol: 'tcp' | 'udp'): ReturnType<typeof parseProcNet> | null {
  const parsed = ['', '6'].map((suffix) => {
    const path = `/proc/net/${protocol}${suffix}`;
    const content = capturedFile(capture, path);
    if (content !== null && 'text' in content) return parseProcNet(content.text, { source: path, protocol });
    return content?.error === 'missing' && suffix === '6' ? { sockets: [], diagnostics: [] } : null;
  });
  if (parsed.includes(null)) return null;
  const complete = parsed.filter((part) => part !== null);
  return {
    sockets: complete.flatMap((part) => part.sockets),
    diagnostics: complete.flatMap((part) => part.diagnostics),
  };
}

function unseen(result: CommandResult | null): Obstacle {
  if (result === null || endingOf(result) === 'unavailable') {
    return toolMissing('ss', [result], 'the sockets', 'sockets');
  }
  return toolFailed(result, 'the sockets', 'sockets');
}

function distinct(obstacles: readonly Obstacle[]): Obstacle[] {
  return obstacles.filter(
    (one, position) => obstacles.findIndex((other) => other.message === one.message) === position,
  );
}
