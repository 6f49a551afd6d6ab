import { describe, expect, it } from 'vitest';
import type { Evidence, Finding } from '../../src/model/report.ts';
import { beyond, elsewhere } from '../../src/suppress/match.ts';
import { FINDING } from '../report/sample.ts';

const SHOP = { namespace: 'shop', pod: 'web-7d9f-abcde' };

describe('the pod of a selector', () => {
  it.each([
    [{}, null],
    [{ namespace: ['shop'] }, null],
    [{ namespace: ['other', 'shop'] }, null],
    [{ namespace: ['other'] }, 'another pod'],
    [{ pod: ['web-*'] }, null],
    [{ pod: ['*-abcde'] }, null],
    [{ pod: ['web-*-abcde'] }, null],
    [{ pod: ['*'] }, null],
    [{ pod: ['w*d*f*e'] }, null],
    [{ pod: ['web'] }, 'another pod'],
    [{ pod: ['web-*-abcdeabcde'] }, 'another pod'],
    [{ pod: ['web-7d9f-abcde*abcde'] }, 'another pod'],
    [{ pod: ['*x*'] }, 'another pod'],
    [{ namespace: ['shop'], pod: ['api-*'] }, 'another pod'],
  ])('%j', (selector, answer) => {
    expect(elsewhere(selector, SHOP)).toBe(answer);
  });

  it('is not taken for one whose name is not known', () => {
    expect(elsewhere({ namespace: ['*'] }, {})).toEqual({ unknown: 'namespace' });
    expect(elsewhere({ pod: ['web-*'] }, { namespace: 'shop' })).toEqual({ unknown: 'pod' });
  });

  it('takes no longer for a pattern with many stars', () => {
    const started = performance.now();
    expect(elsewhere({ pod: ['*a'.repeat(120)] }, { pod: 'a'.repeat(119) })).toBe('another pod');
    expect(performance.now() - started).toBeLessThan(100);
  });
});

/** The sample, about these ports of packets. */
function packetsTo(...ports: readonly (string | undefined)[]): Finding {
  const [difference] = FINDING.differences;
  if (difference === undefined) throw new Error('the sample has a difference');
  const differences = ports.map((port) => ({
    ...difference,
    packets: { protocol: 'tcp', ...(port !== undefined && { destinationPort: port }) },
  }));
  return { ...FINDING, differences };
}

describe('the ports of a selector', () => {
  it.each<[string, Finding, (readonly [number, number])[], string | null]>([
    ['the same', packetsTo('8080'), [[8080, 8080]], null],
    [
      'one of several',
      packetsTo('8080'),
      [
        [22, 22],
        [8000, 8100],
      ],
      null,
    ],
    [
      'several',
      packetsTo('8080,9090'),
      [
        [8080, 8080],
        [9090, 9090],
      ],
      null,
    ],
    ['a range', packetsTo('8000-8010'), [[8000, 8010]], null],
    [
      'a range in two pieces',
      packetsTo('8000-8010'),
      [
        [8000, 8004],
        [8005, 8010],
      ],
      null,
    ],
    [
      'a gap in it',
      packetsTo('8000-8010'),
      [
        [8000, 8004],
        [8006, 8010],
      ],
      'port 8000-8010',
    ],
    ['one more', packetsTo('8080,9090'), [[8080, 8080]], 'port 9090'],
    ['one more class', packetsTo('8080', '9090'), [[8080, 8080]], 'port 9090'],
    ['all but some', packetsTo('all except 22'), [[1, 65535]], 'all ports'],
    ['all in one class', packetsTo('8080', undefined), [[8080, 8080]], 'all ports'],
    ['of sockets', { ...packetsTo(), ports: [3306] }, [[3306, 3306]], null],
    ['of more sockets', { ...packetsTo(), ports: [3306, 5432] }, [[3306, 3306]], 'port 5432'],
    ['none', packetsTo(), [[3306, 3306]], 'names no port'],
  ])('%s', (_, finding, port, answer) => {
    const said = beyond({ port }, finding);
    if (answer === null) expect(said).toBeNull();
    else expect(said).toContain(answer);
  });
});

describe('the places of a selector', () => {
  const missing: Evidence = { kind: 'chain', table: 'nat', chain: 'OUTPUT', text: 'missing here: -A OUTPUT …' };
  const both = { ...FINDING, evidence: [...FINDING.evidence, missing] };
  const socket = { ...FINDING, evidence: [{ kind: 'socket', text: 'LISTEN' } as const] };
  it.each<[string, Finding, Parameters<typeof beyond>[0], string | null]>([
    ['the chain', FINDING, { chain: ['ISTIO_INBOUND'] }, null],
    ['the table', FINDING, { table: ['nat'] }, null],
    ['both', FINDING, { table: ['nat'], chain: ['ISTIO_INBOUND'] }, null],
    ['another table', FINDING, { table: ['mangle'], chain: ['ISTIO_INBOUND'] }, 'nat ISTIO_INBOUND'],
    ['another chain', FINDING, { chain: ['OUTPUT'] }, 'nat ISTIO_INBOUND'],
    ['one of two', both, { chain: ['ISTIO_INBOUND'] }, 'nat OUTPUT'],
    ['two of two', both, { chain: ['ISTIO_INBOUND', 'OUTPUT'] }, null],
    ['none', socket, { chain: ['OUTPUT'] }, 'names no chain'],
    ['none asked for', socket, {}, null],
  ])('%s', (_, finding, selector, answer) => {
    const said = beyond(selector, finding);
    if (answer === null) expect(said).toBeNull();
    else expect(said).toContain(answer);
  });
});
