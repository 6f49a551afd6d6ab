import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveKernel } from '../layout/kernel.ts';
import { haveRecordings, type Recording, recordedReleases, recordings } from '../layout/recordings.ts';
import { formsOf, type Loaded, plainFormsOf } from './generations/forms.ts';
import { type Said, saidOf } from './generations/judge.ts';
import { missingForRoots, openRoots, type Root } from './generations/roots.ts';
import { Tally } from './generations/tally.ts';
import { World } from './generations/world.ts';

/** One in so many recordings; unset, none. */
const EVERY = Number(process.env.ISTIO_NAT_GENERATIONS ?? 0);
const KINDS = ['sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables'] as const;
/** What Istio's images have had most often, whatever the node lists with. */
const WRITER = 'bookworm';

function whyNot(): string | null {
  if (EVERY === 0) return 'takes long: see docs/testing.md';
  if (!haveRecordings) return 'needs the recordings';
  return haveKernel ? missingForRoots() : 'needs root, both variants of iptables, nft and ip';
}

const reason = whyNot();

describe.skipIf(reason !== null)(
  `listings by four generations${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    const tally = new Tally();
    const worlds = new Map<Loaded['backend'], World>();
    let opened: ReturnType<typeof openRoots> | undefined;
    beforeAll(() => {
      opened = openRoots();
      for (const backend of ['legacy', 'nft', 'native'] as const) worlds.set(backend, new World(backend));
    }, 1_800_000);
    afterAll(() => {
      for (const world of worlds.values()) world.close();
      opened?.close();
      process.stdout.write(`${tally}\n`);
    });

    const cases = KINDS.flatMap((kind) => recordedReleases(kind).map((release) => ({ kind, release })));
    it.each(cases)('$kind $release', { timeout: 3_600_000 }, async ({ kind, release }) => {
      const wrong: string[] = [];
      const backends = kind.endsWith('nftables') ? (['native'] as const) : (['legacy', 'nft'] as const);
      for (const recording of recordings(kind, release).filter((_, at) => at % EVERY === 0)) {
        for (const backend of backends)
          for (const root of opened?.roots ?? []) {
            for (const loader of loadersFor(backend, root))
              wrong.push(...(await misjudged(recording, backend, root, loader)));
          }
      }
      expect(wrong).toEqual([]);
    });

    /** The release itself; and the usual writer, where the tools of both need not agree on how rules are kept. */
    function loadersFor(backend: Loaded['backend'], root: Root): Root[] {
      const writer = opened?.roots.find(({ suite }) => suite === WRITER);
      return backend === 'nft' && writer !== undefined && writer !== root ? [root, writer] : [root];
    }

    async function misjudged(recording: Recording, backend: Loaded['backend'], root: Root, loader: Root) {
      const world = worlds.get(backend);
      if (world === undefined) throw new Error(`no namespace for ${backend}`);
      const loaded = world.load(recording, loader);
      const forms = loader === root ? formsOf(loaded) : plainFormsOf(loaded);
      const texts = world.list(
        root,
        forms.flatMap(({ commands }) => commands),
      );
      const wrong: string[] = [];
      for (const form of forms) {
        const own = texts.splice(0, form.commands.length);
        const said = await saidOf(own, recording.config, form.family);
        const by = loader === root ? '' : ` of ${loader.suite}'s rules`;
        const name = `${root.suite}${by}, ${backend}: ${form.name}`;
        tally.add(name, said);
        const shows = form.shows && (loader === root || !hidesPorts(root, form.name));
        if (!isRight(said, shows)) wrong.push(`${recording.id} ${name}: ${said.verdict} ${said.because.join('; ')}`);
      }
      return wrong;
    }
  },
);

/** iptables-nft 1.8.7 leaves out the ports and marks of rules that a newer one wrote. */
function hidesPorts({ suite }: Root, form: string): boolean {
  return suite === 'bullseye' && !form.startsWith('nft ');
}

/** A healthy layout is healthy where the form shows it, and nowhere anything but open. */
function isRight({ verdict, codes }: Said, shows: boolean): boolean {
  return verdict === 'healthy' || (!shows && verdict === 'undetermined' && codes.length === 0);
}
