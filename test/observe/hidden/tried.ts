import { afterAll, expect, it } from 'vitest';
import { kernelTests } from '../../kernel/index.ts';
import type { Asked } from './answers.ts';
import type { Case } from './case.ts';
import { edit, judge, type Place, placesOf } from './judge.ts';
import type { LayoutName } from './layouts.ts';
import { createStage, heal, removeStage, type Stage } from './stage.ts';

const MOST_TOLD = 5;

/** Every case in all its layouts and families, or each in one, in turn. */
const EVERYWHERE = process.env.ISTIO_NAT_FULL_KERNEL === '1';

/** One case in one place. */
interface Trial {
  readonly title: string;
  readonly one: Case;
  readonly place: Place;
  readonly asked: Asked;
}

/** Cases of one kind, `oneIn` so many of which is tried unless all are. */
interface Group {
  readonly title: string;
  readonly cases: readonly Case[];
  readonly oneIn: number;
}

/** Each case is put into a healthy pod, and what the program says is held against what the kernel does. */
export function tryCases(name: string, groups: readonly Group[]): void {
  const tried = groups.flatMap(trialsOf);
  // Cases of a layout follow one another, so that no more pods are there at a time than it takes.
  tried.sort((a, b) => a.place.layout.localeCompare(b.place.layout));
  kernelTests(name, () => {
    let stage: Stage | null = null;
    afterAll(async () => stage && (await removeStage(stage)));

    async function stageOf(layout: LayoutName): Promise<Stage> {
      if (stage?.layout !== layout) {
        if (stage) await removeStage(stage);
        stage = await createStage(layout);
      } else await heal(stage);
      return stage;
    }

    const titled = tried.map((trial) => [whatIs(trial), trial] as const);
    it.each(titled)('%s', async (_, { one, place, asked }) => {
      const here = await stageOf(place.layout);
      await edit(here, one, place.names);
      const { otherwise, unmoved, answers, wrong } = await judge(here, one, place.names, asked);
      const kernel = `the kernel: ${otherwise.slice(0, 4).join('; ') || 'as in a healthy pod'}`;
      expect(unmoved, `the case shows nothing; ${kernel}`).toEqual([]);
      expect(wrong.length > 0 ? [...wrong.slice(0, MOST_TOLD), `${wrong.length} in all`, kernel] : []).toEqual([]);
      if (one.shows.length > 0 || one.connects) return;
      expect(otherwise, 'it is not harmless').toEqual([]);
      // A stand-in for a proxy that is root has not the group of the proxy, so that `flow` sees a loop there.
      const flow = place.layout.startsWith('tproxy') ? expect.any(Number) : 0;
      const healthy = asked === 'all' ? { check: 0, diff: one.toldBy === 'diff' ? 1 : 0, flow } : { check: 0 };
      expect(answers.exitCodes, answers.found.join('\n')).toEqual(healthy);
    });
  });
}

function trialsOf({ title, cases, oneIn }: Group): Trial[] {
  return cases.flatMap((one, i) => {
    const places = placesOf(one);
    if (EVERYWHERE) return places.map((place) => ({ title, one, place, asked: 'all' as const }));
    const turn = Math.floor(i / oneIn);
    const place = places[turn % places.length];
    if (place === undefined || i % oneIn !== 0) return [];
    return [{ title, one, place, asked: turn % 4 === 0 ? ('all' as const) : ('check and trace' as const) }];
  });
}

function whatIs({ title, one, place }: Trial): string {
  return `${title}: ${one.name} (${place.layout}, ${place.names.family})`;
}
