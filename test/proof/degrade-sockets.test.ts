import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/layout/index.ts';
import { haveKernel } from '../layout/kernel.ts';
import { acceptedFor, judgedWith } from './degrade/live/saved-sockets.ts';
import { ALL_SOCKETS, recordedScene, SCENES } from './degrade/live/scenes.ts';
import { count, type FalseVerdict, grouped, noCounts } from './degrade/report.ts';
import { DECLARED } from './degrade/truth.ts';

const ALL = process.env.ISTIO_NAT_FULL_KERNEL === '1';

describe.skipIf(!haveKernel)('sockets of which a command shows a part', () => {
  const names = ALL ? Object.keys(SCENES) : ['a sidecar with dns'];
  it.each(names)('%s', { timeout: 1_200_000 }, async (name) => {
    const recorded = await recordedScene(name);
    const given = { istioVersion: '1.28.10', enableIpv6: true, ...SCENES[name]?.inputs };
    const configFile = JSON.stringify(given);
    const pod = { id: name, fault: 'none', config: { ...defaultConfig('1.28.10'), ...given }, configFile };
    const counts = { ...noCounts(), pods: 1 };
    const found: FalseVerdict[] = [];
    for (const declared of ALL ? DECLARED : (['everything'] as const)) {
      const accepted = await acceptedFor(recorded, { declared, configFile });
      for (const [command, text] of Object.entries(recorded.sockets)) {
        const report = await judgedWith(recorded, command, { declared, configFile });
        count(counts, report, command === ALL_SOCKETS && declared === 'everything');
        if (accepted.has(report.verdict)) continue;
        const files = {
          ...Object.fromEntries(recorded.saves.map((save, at) => [`text-${at + 1}`, save])),
          sockets: text,
        };
        found.push({ number: name, pod, form: command, cut: name, declared, files, report, accepted });
      }
    }
    const said = grouped(
      found,
      counts,
      process.env.ISTIO_NAT_DEGRADED_FOLDER && `${process.env.ISTIO_NAT_DEGRADED_FOLDER}/${name}`,
    );
    process.stdout.write(`${name}: ${said}\n`);
    expect(found.length, said).toBe(0);
  });
});
