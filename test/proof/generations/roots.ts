import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian releases with four generations of the tools: iptables 1.8.7 to 1.8.11 and newer, nft 0.9.8 to 1.1, iproute2 5.10 to 6. */
export const SUITES = ['bullseye', 'bookworm', 'trixie', 'sid'] as const;
export type Suite = (typeof SUITES)[number];

/** Where a release was unpacked; its tools are run there with `chroot`. */
export interface Root {
  readonly suite: Suite;
  readonly folder: string;
}

/** netbase has the names of services and protocols, which listings without `-n` use. */
const PACKAGES = ['iptables', 'nftables', 'iproute2', 'netbase'];
const MIRROR = process.env.ISTIO_NAT_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';

/** Why the releases cannot be unpacked here, or null. */
export function missingForRoots(): string | null {
  if (process.getuid?.() !== 0) return 'needs root';
  if (named() !== undefined && SUITES.every((suite) => isThere(join(named() ?? '', suite)))) return null;
  return isInstalled('debootstrap') ? null : 'needs debootstrap';
}

/**
 * The releases, unpacked in the folder that `ISTIO_NAT_ROOTS` names, where they stay and are found again, or else in a
 * temporary one. Throws where the mirror cannot be reached.
 */
export function openRoots(): { readonly roots: readonly Root[]; close(): void } {
  const folder = named() ?? mkdtempSync(join(tmpdir(), 'istio-nat-roots-'));
  const close = (): void => {
    if (named() === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    mkdirSync(folder, { recursive: true });
    return { roots: SUITES.map((suite) => ({ suite, folder: unpacked(suite, join(folder, suite)) })), close };
  } catch (error) {
    close();
    throw error;
  }
}

function named(): string | undefined {
  return process.env.ISTIO_NAT_ROOTS;
}

function unpacked(suite: Suite, folder: string): string {
  if (isThere(folder)) return folder;
  const begun = `${folder}.begun`;
  rmSync(begun, { recursive: true, force: true });
  // Signatures are checked where the keys are: an older system has none of the newer releases. Nothing of it is installed.
  const arguments_ = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, begun, MIRROR];
  try {
    execFileSync('debootstrap', arguments_, { stdio: 'ignore' });
  } catch {
    rmSync(begun, { recursive: true, force: true });
    execFileSync('debootstrap', ['--no-check-gpg', ...arguments_], { stdio: 'ignore' });
  }
  renameSync(begun, folder);
  return folder;
}

function isThere(folder: string): boolean {
  return existsSync(join(folder, 'usr/sbin/nft')) && existsSync(join(folder, 'etc/services'));
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}
