import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/diagnose/check.ts';
import { duplicates, equivalent, foreign, unreachable } from '../../../src/diagnose/checks/text.ts';
import type { Finding } from '../../../src/model/report.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

const LAST = '-A ISTIO_OUTPUT -j ISTIO_REDIRECT';

function run(check: Check, edit: (lines: string[]) => string[]): readonly Finding[] | string {
  const result = check.run(contextOf(podWith(saved({}, edit))));
  if ('skipped' in result) return result.skipped;
  return 'undetermined' in result ? result.undetermined : result;
}

const texts = (found: readonly Finding[] | string) =>
  typeof found === 'string' ? found : found.flatMap(({ evidence }) => evidence.map(({ text }) => text));
const same = (lines: string[]) => lines;
const add =
  (...rules: string[]) =>
  (lines: string[]) =>
    lines.flatMap((line) => (line === LAST ? [...rules, line] : [line]));
const TABLE_OF_OTHERS = ['*filter', ':INPUT ACCEPT [0:0]', '-A INPUT -i cni0 -j ACCEPT', 'COMMIT'];

describe('duplicates', () => {
  it('are none in a layout as it is', () => expect(run(duplicates, same)).toEqual([]));

  it('are the second and further copies', () => {
    const rule = '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN';
    expect(texts(run(duplicates, add(rule, rule)))).toEqual([rule, rule]);
  });

  it('are also two copies of a rule that Istio does not write, in its chain', () => {
    const rule = '-A ISTIO_OUTPUT -d 10.0.0.1/32 -j RETURN';
    expect(texts(run(duplicates, add(rule, rule)))).toEqual([rule]);
  });

  it('are not what other programs write twice', () => {
    expect(
      run(duplicates, (lines) => [...TABLE_OF_OTHERS.toSpliced(2, 0, '-A INPUT -i cni0 -j ACCEPT'), ...lines]),
    ).toEqual([]);
  });
});

describe('rules of others', () => {
  it('are none in a layout as it is', () => expect(run(foreign, same)).toEqual([]));

  it('are listed where they change nothing', () => {
    expect(texts(run(foreign, (lines) => [...TABLE_OF_OTHERS, ...lines]))).toEqual(['-A INPUT -i cni0 -j ACCEPT']);
  });

  it('are not listed when a finding has them already', () => {
    expect(run(foreign, (lines) => [...TABLE_OF_OTHERS.with(2, '-A INPUT -p tcp -j DROP'), ...lines])).toEqual([]);
  });
});

describe('another text', () => {
  it('is none in a layout as it is', () => expect(run(equivalent, same)).toEqual([]));

  it('is told with the first rule that differs', () => {
    const [a, b] = [15090, 15021].map((port) => `-A ISTIO_INBOUND -p tcp -m tcp --dport ${port} -j RETURN`);
    const swapped = (lines: string[]) => lines.map((line) => (line === a ? b : line === b ? a : line) ?? line);
    expect(texts(run(equivalent, swapped))).toEqual([`rule 2 is ${b}; Istio writes ${a}`]);
  });

  it('is nothing to speak of where packets are treated differently', () => {
    expect(run(equivalent, (lines) => lines.filter((line) => line !== LAST))).toEqual(
      expect.stringContaining('differently'),
    );
  });

  it('is not a comment, nor a mask that says the same', () => {
    const commented = `${LAST.replace(' -j', ' -m comment --comment "by somebody" -j')}`;
    expect(run(equivalent, (lines) => lines.map((line) => (line === LAST ? commented : line)))).toEqual([]);
  });
});

describe('chains that nothing leads to', () => {
  it('are none in a layout as it is', () => expect(run(unreachable, same)).toEqual([]));

  it('are told with their rules', () => {
    const rule = '-A ISTIO_OLD -p tcp -j REDIRECT --to-ports 15001';
    const edit = (lines: string[]) =>
      lines.flatMap((line) =>
        line.startsWith(':ISTIO_OUTPUT') ? [':ISTIO_OLD - [0:0]', line] : line === LAST ? [rule, line] : [line],
      );
    expect(texts(run(unreachable, edit))).toEqual([rule]);
  });

  it('are no news where the traffic says that the jump is missing', () => {
    expect(run(unreachable, (lines) => lines.filter((line) => line !== '-A OUTPUT -j ISTIO_OUTPUT'))).toEqual(
      expect.stringContaining('differences in traffic'),
    );
  });

  it('are right where Istio leaves one itself: nat ISTIO_INBOUND in TPROXY mode', () => {
    const config = { interceptionMode: 'TPROXY' } as const;
    const pod = podWith(saved(config));
    const context = contextOf(pod, { ...contextOf(pod).config, ...config });
    expect(unreachable.run(context)).toEqual([]);
  });
});
