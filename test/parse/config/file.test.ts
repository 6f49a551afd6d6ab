import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/layout/index.ts';
import { CONFIG_KEYS, formatConfig, parseConfigFile } from '../../../src/parse/config/index.ts';

const messages = (text: string) => parseConfigFile(text, 'pod.json').errors.map((error) => error.message);

describe('parseConfigFile', () => {
  it('reads Istio’s own forms, numbers and arrays alike', () => {
    const text =
      '{"istioVersion":"1.28.10","proxyPort":15001,"inboundPortsExclude":[22,8081],"outboundPortsExclude":"3306"}';
    expect(parseConfigFile(text, 'pod.json')).toEqual({
      inputs: {
        istioVersion: '1.28.10',
        proxyPort: 15001,
        inboundPortsExclude: [22, 8081],
        outboundPortsExclude: [3306],
      },
      errors: [],
    });
  });

  it('names key, value and file of what is malformed, and keeps the rest', () => {
    const { inputs, errors } = parseConfigFile('{"proxyPort":"99999","redirectDns":true}', 'pod.json');
    expect(inputs).toEqual({ redirectDns: true });
    expect(errors).toEqual([{ key: 'proxyPort', message: 'pod.json: proxyPort: "99999" is not a port (1–65535)' }]);
  });

  it.each([
    ['inboundPortExclude', 'inboundPortsExclude'],
    ['outbound-ip-ranges-include', 'outboundIpRangesInclude'],
    ['ISTIOVERSION', 'istioVersion'],
    ['redirectDNS', 'redirectDns'],
  ])('knows what %s was meant to be', (key, meant) => {
    expect(messages(JSON.stringify({ [key]: '1' }))).toEqual([
      `pod.json: unknown key "${key}"; did you mean ${meant}?`,
    ]);
  });

  it.each(['colour', '__proto__', 'constructor', 'toString', ''])('refuses the unknown key %j', (key) => {
    expect(messages(`{${JSON.stringify(key)}: 1}`)).toEqual([`pod.json: unknown key ${JSON.stringify(key)}`]);
  });

  it('takes null for a key left out, but not for an unknown key', () => {
    expect(parseConfigFile('{"hostProbeIpv6":null}', 'f')).toEqual({ inputs: {}, errors: [] });
    expect(messages('{"colour":null}')).toHaveLength(1);
  });

  it('finds a key given twice, even when it is spelled with an escape', () => {
    expect(messages('{"proxyPort":"1","proxy\\u0050ort":"2"}')).toEqual([
      'pod.json: "proxyPort" is given more than once',
    ]);
    expect(messages('{"a":{"proxyPort":1},"proxyPort":"2"}')).toHaveLength(1);
  });

  it.each([
    ['[]', 'a list'],
    ['"x"', 'a text'],
    ['null', 'null'],
    ['7', 'a number'],
  ])('refuses %s, which is no object', (text, found) => {
    expect(messages(text)).toEqual([`pod.json: expected one JSON object, found ${found}`]);
  });

  it('names one key of an object that is no configuration, and nothing else of it', () => {
    expect(messages('{"user":"u","password":"p","z":1,"z":2}')).toEqual([
      'pod.json: unknown key "user", and none of the 2 others is an input either',
    ]);
    expect(messages('{"colour":1,"proxiPort":2}')).toHaveLength(2);
  });

  it.each(['{"a": hunter2}', 'hunter2', '["hunter2" "hunter2"]'])('quotes no piece of what is no JSON: %s', (text) => {
    expect(messages(text).join().replace('it begins with "hunter2"', '')).not.toContain('hunter');
  });

  it.each(['', '{', '{"a":1', 'proxyPort: 15001', `${'['.repeat(200_000)}`])('says that %.10j is not JSON', (text) => {
    expect(messages(text)[0]).toContain('pod.json: not valid JSON');
  });

  it('survives deep nesting inside a value', () => {
    const deep = `{"proxyPort":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(messages(deep)).toEqual(['pod.json: proxyPort: a list of 1 is not a port (1–65535)']);
  });

  it('skips a byte order mark', () => {
    expect(parseConfigFile('\uFEFF{"proxyPort":"1"}', 'f').inputs).toEqual({ proxyPort: 1 });
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseConfigFile(text, 'f')));
  });

  it('stays linear on a large file', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => [`${i}`.padStart(60, 'k'), i]);
    const many = JSON.stringify({ proxyPort: '1', ...Object.fromEntries(keys) });
    expect(parseConfigFile(many, 'f').errors).toEqual([{ key: '', message: expect.stringContaining('20,001 keys') }]);
  });
});

describe('formatConfig', () => {
  it('gives the form of the configuration file', () => {
    const formatted = formatConfig({ ...defaultConfig('1.28.10'), dnsServersV4: ['10.96.0.10'] });
    expect(formatted).toMatchObject({
      istioVersion: '1.28.10',
      proxyUid: '1337',
      inboundPortsInclude: '*',
      inboundPortsExclude: '15090,15021,15020',
      dnsServersV4: ['10.96.0.10'],
      redirectDns: false,
    });
    expect(formatted).not.toHaveProperty('hostProbeIpv4');
  });

  it.each([
    ['sidecar', 'istio-init'],
    ['sidecar', 'istio-cni'],
    ['ambient', 'istio-cni'],
  ] as const)('is read back as the same configuration: %s, %s', (dataplane, programmer) => {
    const config = defaultConfig('1.28.10', programmer, dataplane);
    const { inputs, errors } = parseConfigFile(JSON.stringify(formatConfig(config)), 'f');
    expect(errors).toEqual([]);
    expect({ ...config, ...inputs }).toEqual(config);
  });
});

describe('CONFIG_KEYS', () => {
  it('has each input of the model once, with its flag and variable', () => {
    expect(CONFIG_KEYS.map((input) => input.key).sort()).toEqual(Object.keys(defaultConfig('1.28.10')).sort());
    expect(CONFIG_KEYS.find((input) => input.key === 'outboundIpRangesInclude')).toMatchObject({
      flag: 'outbound-ip-ranges-include',
      environment: 'ISTIO_NAT_OUTBOUND_IP_RANGES_INCLUDE',
    });
    expect(CONFIG_KEYS.find((input) => input.key === 'dnsServersV4')?.flag).toBe('dns-servers-v4');
  });

  it('describes each in one line', () => {
    for (const { description } of CONFIG_KEYS) expect(description).toMatch(/^[^\n]{10,120}$/);
  });
});
