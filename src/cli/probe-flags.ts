import { boolean, string } from '@oclif/core/flags';
import { parseAddress } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import type { ProbeQuestion } from '../probe/types.ts';
import { HIGHEST_ID } from './flags.ts';

const GROUP = 'PROBES';
const LONGEST_SECONDS = 60;

/** The flags that say what `probe` sends. */
export const probeFlags = {
  to: string({
    helpGroup: GROUP,
    helpValue: 'ADDRESS:PORT',
    description: 'where the outbound probe goes, [ADDRESS]:PORT for IPv6; an address that nobody has, unless given',
  }),
  uid: string({
    helpGroup: GROUP,
    helpValue: 'UID[:GID]',
    multiple: true,
    multipleNonGreedy: true,
    description: 'send as this user (repeatable, needs root); as root an application and the proxy, unless given',
  }),
  timeout: string({ helpGroup: GROUP, helpValue: 'SECONDS', default: '2', description: 'wait this long for each' }),
  'dry-run': boolean({ helpGroup: GROUP, description: 'say what would be sent, and send nothing' }),
};

interface Values {
  readonly to?: string | undefined;
  readonly uid?: readonly string[] | undefined;
  readonly timeout: string;
  readonly 'dry-run': boolean;
}

/** What the flags ask to be sent. Throws a UsageError that names the flag. */
export function probeRequest(flags: Values): ProbeQuestion {
  return {
    owners: (flags.uid ?? []).map(owner),
    ...(flags.to !== undefined && { to: target(flags.to) }),
    timeoutMs: milliseconds(flags.timeout),
    dryRun: flags['dry-run'],
  };
}

function owner(text: string): ProbeQuestion['owners'][number] {
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (uid === undefined || Number(uid) > HIGHEST_ID || Number(gid) > HIGHEST_ID) {
    throw new UsageError(`--uid: "${text}" is not a user`, { hint: 'Such as 1000, or 1000:2000 with the group.' });
  }
  return { uid: Number(uid), gid: Number(gid) };
}

function target(text: string): { address: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = Number(digits);
  const family = parseAddress(address)?.family;
  if (family !== (bracketed === undefined ? 'ipv4' : 'ipv6') || !(port >= 1 && port <= 65535)) {
    throw new UsageError(`--to: "${text}" is not ADDRESS:PORT`, { hint: 'Such as 10.1.2.3:443 or [fd00::1]:443.' });
  }
  return { address, port };
}

function milliseconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds > 0 && seconds <= LONGEST_SECONDS)) {
    throw new UsageError(`--timeout: "${text}" is not a number of seconds up to ${LONGEST_SECONDS}`);
  }
  return seconds * 1000;
}
