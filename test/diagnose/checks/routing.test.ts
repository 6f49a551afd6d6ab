import { describe, expect, it } from 'vitest';
import { tproxyRouting } from '../../../src/diagnose/checks/routing.ts';
import { publish } from '../../../src/diagnose/publish.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import { expectedRouting } from '../../../src/layout/routing.ts';
import type { Routing } from '../../../src/model/routing.ts';
import { contextOf, podOf } from '../pod-of.ts';

const CONFIG = { ...defaultConfig('1.28.10'), interceptionMode: 'TPROXY', enableIpv6: true } as const;
const COMPLETE = expectedRouting(CONFIG);

function run(routing: Routing | null, config = CONFIG): unknown {
  const context = contextOf({ ...podOf(expectedRuleset(config)), routing }, config);
  const result = tproxyRouting.run(context);
  return 'skipped' in result || 'undetermined' in result ? result : publish(result, context, true);
}

describe('the routing of TPROXY mode', () => {
  it('is complete as Istio writes it', () => expect(run(COMPLETE)).toEqual([]));

  it('is not asked for where it was not shown, or is not needed', () => {
    expect(run(null)).toHaveProperty('skipped');
    const redirect = defaultConfig('1.28.10');
    expect(tproxyRouting.run(contextOf(expectedRuleset(redirect), redirect))).toHaveProperty('skipped');
  });

  it('is told by family, with the commands that bring it back', () => {
    const rules = COMPLETE.rules.filter(({ family }) => family === 'ipv4');
    const routes = COMPLETE.routes.filter(({ family }) => family === 'ipv6');
    expect(run({ ...COMPLETE, rules, routes })).toMatchObject([
      {
        code: 'NAT0502',
        family: 'ipv4',
        remedy: expect.stringContaining('ip route add local default dev lo table 133'),
      },
      { code: 'NAT0502', family: 'ipv6', remedy: expect.stringContaining('ip -6 rule add fwmark 0x539 lookup 133') },
    ]);
    expect(run({ ...COMPLETE, rules: [], routes: [] })).toMatchObject([{ family: 'ipv4' }, { family: 'ipv6' }]);
  });

  it('takes a rule of another mark or table for none', () => {
    const other = COMPLETE.rules.map((rule) => ({ ...rule, mark: { value: 1, mask: 0xffffffff } }));
    expect(run({ ...COMPLETE, rules: other })).toHaveLength(2);
    expect(run({ ...COMPLETE, rules: COMPLETE.rules.map((rule) => ({ ...rule, table: '100' })) })).toHaveLength(2);
  });
});
