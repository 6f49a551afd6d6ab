import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultConfig } from '../../src/layout/defaults.ts';
import type { Config } from '../../src/model/config.ts';
import { parseConfigFile } from '../../src/parse/config/index.ts';

/** One recorded layout: what was programmed, and what the kernel printed back. */
export interface Recording {
  readonly id: string;
  readonly config: Config;
  readonly recorded: Readonly<Record<string, string>>;
}

const corpus = process.env.ISTIO_NAT_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

/** Whether the recordings are there; they are not part of the repository. */
export const haveRecordings = existsSync(`${corpus}/sidecar-iptables`);

/** The releases of one kind of recording, by file name. */
export function recordedReleases(kind: string): string[] {
  if (!haveRecordings) return [];
  return readdirSync(`${corpus}/${kind}`)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.replace('.jsonl', ''));
}

/** The recordings of a kind and release. */
export function recordings(kind: string, release: string): Recording[] {
  const lines = readFileSync(`${corpus}/${kind}/${release}.jsonl`, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { id, config, recorded } = JSON.parse(line);
    const { inputs, errors } = parseConfigFile(JSON.stringify(config), id);
    if (errors.length > 0) throw new Error(errors.map((error) => error.message).join('\n'));
    return { id, config: { ...defaultConfig(config.istioVersion, 'istio-init'), ...inputs }, recorded };
  });
}

/** The texts of a kind that was recorded without a configuration: mixtures and routing. */
export function recordedTexts(kind: string): Pick<Recording, 'id' | 'recorded'>[] {
  if (!haveRecordings) return [];
  const lines = readFileSync(`${corpus}/${kind}/all.jsonl`, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** The group ids of the machine where the recordings of a kind were made. */
export function recordedGroups(kind: string): (name: string) => number | null {
  const groups: Record<string, number> =
    kind === 'sidecar-iptables' ? { java: 2001, ftp: 21 } : { java: 3001, ftp: 3002 };
  return (name) => groups[name] ?? null;
}

/** The user that stands for the kubelet in the recorded rules of a node. */
export const KUBELET = 1000;

/** A listing of nft with its named sets empty: what is in them are the pods that ran at the moment. */
export function withoutElements(listing: string): string {
  return listing.replace(/^\t\telements = \{[^}]*\}\n/gm, '');
}
