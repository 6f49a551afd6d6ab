import { describe, expect, it } from 'vitest';
import { trafficFindings } from '../../../src/diagnose/traffic/groups.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

/** The codes for a healthy layout with other rules in front, each in the table that it names. */
function codesWith(...rules: readonly string[]): string[] {
  const text = saved({}, (lines) => [
    ...lines.flatMap((line) =>
      line === '-A PREROUTING -p tcp -j ISTIO_INBOUND' ? [...chains(rules), ...rules, line] : [line],
    ),
  ]);
  return trafficFindings(contextOf(podWith(text))).map(({ code }) => code);
}

function chains(rules: readonly string[]): string[] {
  const names = new Set(rules.flatMap((rule) => /^-A (\S+)/.exec(rule)?.[1] ?? []));
  return [...names].filter((name) => name !== 'PREROUTING' && name !== 'OUTPUT').map((name) => `:${name} - [0:0]`);
}

describe('rules of one program are one finding', () => {
  it.each([
    [
      'that lead to each other',
      [
        '-A OUTPUT -j WEB',
        '-A WEB -d 10.0.0.0/8 -p tcp -j CACHE',
        '-A WEB -p udp -j DNAT --to-destination 10.9.9.9',
        '-A CACHE -p tcp -j REDIRECT --to-ports 3128',
      ],
    ],
    [
      'whose chains are named alike',
      [
        '-A PREROUTING -j vpn-in',
        '-A OUTPUT -j vpn-out',
        '-A vpn-in -p tcp -m tcp --dport 8080 -j ACCEPT',
        '-A vpn-out -d 10.8.0.0/16 -j ACCEPT',
      ],
    ],
    [
      'that name one interface',
      [
        '-A PREROUTING -i wg0 -p tcp -m tcp --dport 80 -j ACCEPT',
        '-A OUTPUT -o wg0 -p tcp -j DNAT --to-destination 10.66.0.1',
      ],
    ],
    [
      'that carry one comment',
      [
        '-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "edge: in" -j ACCEPT',
        '-A OUTPUT -p tcp -m tcp --dport 80 -m comment --comment "edge: out" -j DNAT --to-destination 10.66.0.1',
      ],
    ],
    [
      'that redirect one port each',
      [
        '-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
        '-A PREROUTING -p tcp -m tcp --dport 443 -j REDIRECT --to-ports 3129',
      ],
    ],
  ])('%s', (_, rules) => expect(codesWith(...rules)).toEqual(['NAT0109']));
});

describe('rules of different programs are different findings', () => {
  it.each([
    [
      'in chains of different names',
      [
        '-A PREROUTING -j web-in',
        '-A PREROUTING -j vpn-in',
        '-A web-in -p tcp -m tcp --dport 80 -j ACCEPT',
        '-A vpn-in -p tcp -m tcp --dport 443 -j ACCEPT',
      ],
    ],
    [
      'one with a chain of its own, one without',
      [
        '-A PREROUTING -j web-in',
        '-A web-in -p tcp -m tcp --dport 80 -j ACCEPT',
        '-A OUTPUT -p tcp -m tcp --dport 25 -j DNAT --to-destination 10.0.0.25',
      ],
    ],
    [
      'of different interfaces',
      [
        '-A PREROUTING -i wg0 -p tcp -m tcp --dport 80 -j ACCEPT',
        '-A PREROUTING -i tun0 -p tcp -m tcp --dport 80 -j ACCEPT',
      ],
    ],
  ])('%s', (_, rules) => expect(codesWith(...rules)).toEqual(['NAT0109', 'NAT0109']));
});
