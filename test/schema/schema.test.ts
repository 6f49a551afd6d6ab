import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { CONFIG_KEYS } from '../../src/parse/config/keys.ts';
import { errorJson } from '../../src/report/json.ts';
import { BROKEN, FINDING, HEALTHY, TRACE_JSON as TRACE, UNDETERMINED } from '../report/sample.ts';

interface Schema {
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<
    Record<string, { readonly properties: Readonly<Record<string, { properties: object }>> }>
  >;
}

function schema(name: string): Schema {
  return JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
}

/** Strict: ajv refuses keywords that it does not know and types that contradict each other. */
function validator(name: string): ValidateFunction {
  return new Ajv({ strict: true, allErrors: true }).compile(schema(name));
}

describe('check.schema.json', () => {
  const validate = validator('check');

  it.each([
    ['broken', BROKEN],
    ['healthy', HEALTHY],
    ['undetermined', UNDETERMINED],
    ['example', { ...HEALTHY, source: { kind: 'example', name: 'broken pod' } }],
  ])('accepts the report of a pod: %s', (_, report) => {
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors).toBeNull();
  });

  it.each<[string, unknown]>([
    ['a field nobody knows', { ...BROKEN, extra: 1 }],
    ['another schema version', { ...BROKEN, schemaVersion: 2 }],
    ['another verdict', { ...BROKEN, verdict: 'ok' }],
    ['a source without files', { ...BROKEN, source: { kind: 'rules' } }],
    ['an unknown input', { ...BROKEN, istio: { ...BROKEN.istio, config: { port: '1' } } }],
    ['an unknown origin', { ...BROKEN, istio: { ...BROKEN.istio, origin: { proxyUid: 'guess' } } }],
    ['a check without an id in kebab case', { ...BROKEN, checks: [{ id: 'A B', outcome: 'pass', reason: '' }] }],
    ['a finding without evidence and differences', withFinding({ evidence: [], differences: [] })],
    ['an error without remedy', withFinding({ remedy: undefined })],
    ['a warning without remedy', withFinding({ severity: 'warning', remedy: undefined })],
    ['a code of another form', withFinding({ code: 'NAT201' })],
    ['evidence of an unknown kind', withFinding({ evidence: [{ kind: 'guess', text: '' }] })],
    ['a verdict with a port it cannot have', withVerdict({ kind: 'accept', port: 1 })],
    ['a port out of range', withVerdict({ kind: 'redirect', port: 65536 })],
  ])('refuses %s', (_, report) => {
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(false);
  });

  it('accepts a note without remedy', () => {
    const report = withFinding({ severity: 'info', remedy: undefined, evidence: [], differences: [] });
    expect(validate(JSON.parse(JSON.stringify(report)))).toBe(true);
  });

  it('knows exactly the inputs that there are', () => {
    const { config, origin } = schema('check').properties.istio?.properties ?? {};
    const keys = CONFIG_KEYS.map((input) => input.key);
    expect(Object.keys(config?.properties ?? {})).toEqual(keys);
    expect(Object.keys(origin?.properties ?? {})).toEqual(keys);
  });
});

function withFinding(change: Record<string, unknown>): unknown {
  return { ...BROKEN, findings: [{ ...FINDING, ...change }] };
}

function withVerdict(live: Record<string, unknown>): unknown {
  return withFinding({ differences: FINDING.differences.map((difference) => ({ ...difference, live })) });
}

describe('trace.schema.json', () => {
  const validate = validator('trace');

  it.each<[string, unknown]>([
    ['a trace', TRACE],
    ['a trace without steps', { packet: TRACE.packet, verdict: TRACE.verdict }],
    ['an undetermined verdict', { packet: TRACE.packet, verdict: { kind: 'undetermined', because: 'x', mark: 1 } }],
    ['a packet without socket', { ...TRACE, packet: { ...TRACE.packet, uid: null, gid: null } }],
    ['a line that is no packet', { error: 'not a JSON document', line: 3 }],
  ])('accepts %s', (_, trace) => {
    validate(JSON.parse(JSON.stringify(trace)));
    expect(validate.errors).toBeNull();
  });

  it.each<[string, unknown]>([
    ['an undetermined verdict without reason', { packet: TRACE.packet, verdict: { kind: 'undetermined' } }],
    ['a packet without hook', { packet: { ...TRACE.packet, hook: undefined }, verdict: TRACE.verdict }],
    ['an error together with a verdict', { error: 'x', line: 1, verdict: TRACE.verdict }],
    ['a step without reason', { ...TRACE, steps: [{ ...TRACE.steps?.[0], why: undefined }] }],
  ])('refuses %s', (_, trace) => {
    expect(validate(JSON.parse(JSON.stringify(trace)))).toBe(false);
  });
});

describe('error.schema.json', () => {
  it('accepts what stands in place of a report', () => {
    const validate = validator('error');
    const document = errorJson({ kind: 'cannot-look', exitCode: 3, message: 'm', hint: 'h', code: 'NAT1001' });
    validate(JSON.parse(document));
    expect(validate.errors).toBeNull();
    expect(validate(JSON.parse(errorJson({ kind: 'bug', exitCode: 1, message: 'm' })))).toBe(false);
  });
});

describe('the schemas', () => {
  it('say the same about packets and verdicts', () => {
    for (const name of ['family', 'hook', 'packet', 'verdict']) {
      expect(schema('trace').definitions[name]).toEqual(schema('check').definitions[name]);
      expect(schema('trace').definitions[name]).toBeDefined();
    }
  });
});
