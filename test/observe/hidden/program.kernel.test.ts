import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isBuilt } from '../../commands/spawn.ts';
import { kernelTests } from '../../kernel/index.ts';
import { packetsOf } from '../../proof/layouts/packets.ts';
import { namesFor } from './case.ts';
import { CHAINS } from './cases/chains.ts';
import { DORMANT } from './cases/dormant.ts';
import { NAMES } from './cases/names.ts';
import { edit } from './judge.ts';
import { createStage, heal, observeBoth, removeStage, type Stage } from './stage.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
const LAYOUT = 'redirect nft';

/** One of each kind, through the program as it is installed. */
const CASES = [CHAINS[0], DORMANT[0], NAMES[0]].flatMap((one) => one ?? []);

kernelTests('the program in the network namespace of an edited pod', () => {
  describe.skipIf(!isBuilt)('as it was built', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await createStage(LAYOUT);
    });
    afterAll(() => removeStage(stage));
    beforeEach(() => heal(stage));

    const run = (...words: string[]) => stage.edited.exec([process.execPath, PROGRAM, ...words]);
    const check = () => run('check', '--istio-version', '1.28.10', '--enable-ipv6', 'true', '--redirect-dns', 'false');

    it('is told a healthy one', async () => {
      const { stdout, stderr, exitCode } = await check();
      expect(exitCode, stdout + stderr).toBe(0);
    });

    it.each(CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const names = namesFor('ipv4', LAYOUT);
      await edit(stage, one, names);
      const { stdout, exitCode } = await check();
      expect([1, 3], stdout.split('\n', 2).join(' ')).toContain(exitCode);
      const packet = packetsOf('ipv4')[one.shows[0] ?? 'app out'];
      const [[now], [before]] = await observeBoth(stage, [packet]);
      expect(now).not.toMatchObject({ verdict: before?.kind === 'observed' ? before.verdict : {} });
    });
  });
});
