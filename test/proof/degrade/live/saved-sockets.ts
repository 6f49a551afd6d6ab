import type { CheckReport } from '../../../../src/model/report.ts';
import { check } from '../../../asked.ts';
import { savedTexts } from '../../../observe/saved.ts';
import { acceptedBeside, type Declared, type Verdict } from '../truth.ts';
import { ALL_SOCKETS, type Recorded } from './scenes.ts';

/** What `check` says of the saves of a scene and what one command printed of its sockets; `null` for no sockets. */
export function judgedWith(
  { saves, sockets }: Recorded,
  command: string | null,
  { declared, configFile }: { readonly declared: Declared; readonly configFile: string },
): Promise<CheckReport> {
  const texts = Object.fromEntries(saves.map((save, at) => [`text-${at + 1}`, save]));
  const shown = command === null ? {} : { sockets: 'sockets' };
  const config = {
    ...(declared === 'everything' ? { configFile: 'config' } : {}),
    ...(declared === 'release' ? { istioVersion: '1.28.10' } : {}),
    flags: {},
    env: {},
  };
  const source = { kind: 'rules', files: Object.keys(texts), ...shown } as const;
  const outside = savedTexts({ ...texts, config: configFile, sockets: sockets[command ?? ''] ?? '' });
  return check({ source, config, toolVersion: '0' }, outside);
}

/** The verdicts that are none false. Sockets may be left out, so that what the rules alone say is not false either. */
export async function acceptedFor(
  recorded: Recorded,
  { declared, configFile }: { readonly declared: Declared; readonly configFile: string },
): Promise<ReadonlySet<Verdict>> {
  const verdict = async (command: string | null, as: Declared) =>
    (await judgedWith(recorded, command, { declared: as, configFile })).verdict;
  const whole = acceptedBeside(await verdict(ALL_SOCKETS, declared), await verdict(ALL_SOCKETS, 'everything'));
  return new Set([...whole, await verdict(null, declared)]);
}
