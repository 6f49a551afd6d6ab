import { describe, expect, it } from 'vitest';
import { check } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';

const CONFIG = { istioVersion: '1.28.10', dataplane: 'ambient', scope: 'host', hostProbeIpv4: '169.254.7.127' };

function listing(rules: string): string {
  const base = (name: string, hook: string, priority: string) =>
    `\tchain ${name} {\n\t\ttype nat hook ${hook} priority ${priority}; policy accept;\n`;
  return [
    'table ip nat {',
    `${base('POSTROUTING', 'postrouting', 'srcnat')}\t\tcounter packets 0 bytes 0 jump ISTIO_POSTRT\n\t}`,
    `\tchain ISTIO_POSTRT {\n${rules}\t}`,
    '}\n',
  ].join('\n');
}

async function verdictOn(rules: string) {
  const outside = savedTexts({ rules: listing(rules), config: JSON.stringify(CONFIG) });
  const source = { kind: 'rules', files: ['rules'] } as const;
  const request = { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' };
  const { verdict, findings } = await check(request, outside);
  return { verdict, codes: findings.map(({ code }) => code) };
}

describe('the rule of a node of which nft shows only the names of its matches', () => {
  it('may be the right one', async () => {
    const rule =
      '\t\tip protocol tcp xt match "owner" xt match "set" counter packets 0 bytes 0 snat to 169.254.7.127\n';
    expect(await verdictOn(rule)).toEqual({ verdict: 'undetermined', codes: [] });
  });

  it('is missing where there is none', async () => {
    expect(await verdictOn('')).toEqual({ verdict: 'broken', codes: ['NAT0903'] });
  });
});
