import { join } from 'node:path';
import { root, texts } from '../checkout.ts';
import type { Job } from '../job.ts';
import { textJob } from './fixtures.ts';

const SOURCES = [
  ['scenarios/healthy-sidecar/nft', 'rules.v4.save'],
  ['scenarios/healthy-ambient-native/nft', 'ruleset.nft'],
  ['iptables/recorded', 'nft.v4.nat.Lnv'],
  ['iptables/recorded', 'legacy.v4.nat.S'],
  ['nft', 'named.list.json'],
  ['nft', 'statements.list-a.nft'],
] as const;

/** Texts that were cut off, or spoilt on the way. */
export function* damagedJobs(): Generator<Job> {
  for (const [folder, file] of SOURCES) {
    const text = texts(join(root, 'test/fixtures', folder))[file] ?? '';
    for (const [how, damaged] of Object.entries(damages(text))) yield textJob(`damaged/${file}.${how}`, file, damaged);
  }
}

function damages(text: string): Record<string, string> {
  const lines = text.split('\n');
  const cut = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99].map((part) => [`cut-${part}`, text.slice(0, text.length * part)]);
  const tail = [0.2, 0.6].map((part) => [`tail-${part}`, text.slice(text.length * part)]);
  return {
    ...Object.fromEntries([...cut, ...tail]),
    'every-second-line': lines.filter((_, index) => index % 2 === 0).join('\n'),
    'upside-down': lines.toReversed().join('\n'),
    twice: text + text,
    'line-ends': lines.join('\r\n'),
    indented: lines.map((line) => `    ${line}`).join('\n'),
    'one-line': lines.join(' '),
    'without-quotes': text.replaceAll('"', ''),
    'other-dash': text.replaceAll('--', '–'),
    nul: text.replace('\n', '\0\n'),
    numbers: text.replace(/\d+/g, '99999999999'),
    'unknown-words': lines.map((line, index) => (index % 5 === 4 ? `${line} nonsense` : line)).join('\n'),
  };
}
