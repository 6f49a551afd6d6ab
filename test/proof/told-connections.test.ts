import { describe, expect, it } from 'vitest';
import { check, sockets } from '../asked.ts';
import { haveKernel } from '../layout/kernel.ts';
import { replayed } from './degrade/live/replay.ts';
import { capturedScene, SCENES } from './degrade/live/scenes.ts';

const ALL = process.env.ISTIO_NAT_FULL_KERNEL === '1';
const LIVE = { kind: 'live' } as const;

/** What `sockets` lists as going around the proxy and no finding of `check` quotes, by reader and by what is declared. */
async function untold(name: string): Promise<{ readonly listed: number; readonly untold: readonly string[] }> {
  const given = JSON.stringify({ istioVersion: '1.28.10', enableIpv6: true, ...SCENES[name]?.inputs });
  const missed: string[] = [];
  let listed = 0;
  for (const [reader, capture] of Object.entries(await capturedScene(name))) {
    const outside = replayed(capture, given);
    const { report } = await sockets({ source: LIVE, rulesGiven: true, toolVersion: '0' }, outside);
    const around = report.sockets.filter(({ bypass }) => bypass !== undefined);
    listed += around.length;
    for (const declared of [{ configFile: 'config' }, {}]) {
      const config = { ...declared, flags: {}, env: {} };
      const { findings } = await check({ source: LIVE, config, toolVersion: '0' }, outside);
      const quoted = new Set(findings.flatMap(({ evidence }) => evidence.map(({ text }) => text)));
      missed.push(...around.filter(({ text }) => !quoted.has(text)).map(({ text }) => `${reader}: ${text}`));
    }
  }
  return { listed, untold: missed };
}

describe.skipIf(!haveKernel)('what sockets lists as going around the proxy', () => {
  const names = ALL ? Object.keys(SCENES) : ['connections around the proxy', 'connections older than the rules'];
  it.each(names)('is told by check, whoever looks: %s', { timeout: 120_000 }, async (name) => {
    const { listed, untold: missed } = await untold(name);
    expect(missed).toEqual([]);
    if (name.startsWith('connections')) expect(listed).toBeGreaterThan(0);
  });
});
