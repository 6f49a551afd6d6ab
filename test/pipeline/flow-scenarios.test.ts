import { describe, expect, it } from 'vitest';
import type { SourceRequest } from '../../src/cli/gather.ts';
import type { FlowReport } from '../../src/flow/types.ts';
import { flow } from '../asked.ts';
import { outsideOf, type Recorded, recordings, textsOf, waysToRead } from '../diagnose/recorded.ts';
import { FIRST_WRONG, NOT_MET } from './flow-scenarios.ts';

const every = recordings().flatMap((recorded) => waysToRead(recorded).map((way) => ({ ...recorded, recorded, way })));
/** Each scenario in one variant, read in one way, in turns; with the variable in all of them. */
const all = process.env.ISTIO_NAT_FULL_FLOW === '1' ? every : inTurns(every);

function inTurns<T extends { readonly name: string }>(items: readonly T[]): T[] {
  const names = [...new Set(items.map(({ name }) => name))];
  return names.flatMap((name, turn) => {
    const own = items.filter((item) => item.name === name);
    return own[turn % own.length] ?? [];
  });
}

async function followed(recorded: Recorded, way: 'saved' | 'live'): Promise<FlowReport> {
  const rules = Object.keys(recorded.files).filter((name) => name.startsWith('rule'));
  const source: SourceRequest =
    way === 'live' ? { kind: 'live' } : { kind: 'rules', files: rules, sockets: 'sockets.ss' };
  const request = { source, config: { configFile: 'config', flags: {}, env: {} } };
  const { report } = await flow(request, outsideOf(textsOf(recorded)));
  return report;
}

function firstWrong({ journeys }: FlowReport): string {
  const life = journeys.find(({ intended }) => intended === 'no');
  const step = [...(life?.steps ?? []), ...(life?.answers ?? [])].find(({ intended }) => intended === 'no');
  const where = [step?.hook, step?.chain ?? step?.port, step?.action].filter((part) => part !== undefined).join(' ');
  return `${life?.name} ${life?.family}: ${where}, ${life?.end}`;
}

describe('the lives of requests in recorded pods', () => {
  it.each(all.filter(({ name }) => name.startsWith('healthy')))(
    '$name $variant $way: nothing is wrong',
    async (one) => {
      const report = await followed(one.recorded, one.way);
      expect(report.journeys.filter(({ intended }) => intended !== 'yes')).toEqual([]);
      expect(report.intended).toBe(true);
    },
  );

  it.each(all.filter(({ name }) => name in FIRST_WRONG))(
    '$name $variant $way: the wrong step is marked',
    async (one) => {
      const report = await followed(one.recorded, one.way);
      expect(report.intended).toBe(false);
      expect(firstWrong(report)).toBe(FIRST_WRONG[one.name]);
    },
  );

  const unmet = all.filter(({ name }) => NOT_MET.includes(name));
  it.each(all === every ? unmet : unmet.slice(0, 10))('$name $variant $way: no request meets it', async (one) => {
    expect((await followed(one.recorded, one.way)).intended).toBe(true);
  });

  it.each([
    ['of both families', (shown: string) => shown, ['ipv4', 'ipv6']],
    ['of one family', (shown: string) => shown.replace('fd77::5/64 scope global', 'fe80::5/64 scope link'), ['ipv4']],
  ])('of a pod with addresses %s: none is followed over a family that it cannot speak', async (_, edit, families) => {
    const one = recordings().find(({ name }) => name === 'healthy-tproxy-dual-stack');
    if (!one) throw new Error('not recorded');
    const capture = edit(one.files['capture.json'] ?? '');
    const edited = { ...one, files: { ...one.files, 'capture.json': capture } };
    const { assumed, journeys } = await followed(edited, 'live');
    expect([...new Set(journeys.map(({ family }) => family))]).toEqual(families);
    expect(assumed).not.toContain('the addresses are examples');
  });

  it('every one that is spoken of is recorded', () => {
    const names = new Set(every.map(({ name }) => name));
    expect([...Object.keys(FIRST_WRONG), ...NOT_MET].filter((name) => !names.has(name))).toEqual([]);
  });
});
