import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { socketsJson } from '../../src/report/sockets/json.ts';
import { socketsTable } from '../../src/report/sockets/table.ts';
import type { SocketsAnswer } from '../../src/sockets/report.ts';
import { kernelTests } from '../kernel/index.ts';
import { kindsOf, World } from './world.ts';

/** Set to run it with 10,000 connections of the application, which are 30,000 sockets and more. */
const COUNT = Number(process.env.ISTIO_NAT_CONNECTIONS ?? 500);

kernelTests('many connections', () => {
  it(`${COUNT}: each is classified, with all rights and with none, and few lines are printed`, async () => {
    await using world = await World.create();
    const proxies = await world.start({ uid: 1337, name: 'envoy' });
    await world.listen(proxies, 15001, { most: Math.min(COUNT, 5000) }, 'outbound');
    await world.program({ outboundPortsExclude: [3306] });
    const app = await world.start({ uid: 1000, name: 'app' });
    const bypassing = Math.floor(COUNT / 10);
    for (let done = 0; done < COUNT; done += 500) {
      await app.ask('connect', { to: `203.0.113.${1 + done / 500}`, port: 443, count: Math.min(500, COUNT - done) });
    }
    await app.ask('connect', { to: '203.0.113.7', port: 3306, count: bypassing });
    for (const reader of ['root', 'proxy'] as const) {
      const started = performance.now();
      const answer = await world.look(reader);
      const table = socketsTable({ report: answer }, { all: false, bypassing: false, color: false, width: 100 });
      const ms = Math.round(performance.now() - started);
      process.stdout.write(`${answer.sockets.length} sockets looked at as ${reader} in ${ms} ms\n`);
      expect(kindsTo(answer, 443)).toEqual({ 'outbound-proxied': COUNT });
      expect(kindsTo(answer, 3306)).toEqual({ 'outbound-direct': bypassing });
      expect(kindsOf(answer, ({ kind }) => kind === 'accepted-outbound')).toEqual({ 'accepted-outbound': COUNT });
      expect(table.split('\n').length).toBeLessThan(100);
      expect(JSON.parse(socketsJson({ report: answer }, { bypassing: true })).sockets).toHaveLength(bypassing);
    }
  }, 120_000);
});

/** What the connections of the application to a port are said to be. */
function kindsTo(answer: SocketsAnswer, port: number): Record<string, number> {
  return kindsOf(answer, ({ uid, peerPort }) => uid === 1000 && peerPort === port);
}
