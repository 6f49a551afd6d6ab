import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/diagnose/check.ts';
import { applicationAsProxy, proxyOwner, reservedPorts } from '../../../src/diagnose/checks/socket-owners.ts';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { SocketLook } from '../../../src/model/shown-sockets.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';
import { contextOf, podOf } from '../pod-of.ts';
import { HEALTHY, type Listener, listening } from './sockets.ts';

/** What a check says of a layout with these listeners: severities and messages. */
function said(check: Check, listeners: readonly Listener[], inputs: Partial<Config> = {}): string[] {
  const config = { ...defaultConfig('1.28.10'), ...inputs };
  const pod = { ...podOf(expectedRuleset(config)), sockets: listening(...listeners) };
  const result = check.run(contextOf(pod, config));
  if ('skipped' in result || 'undetermined' in result) throw new Error(JSON.stringify(result));
  return result.map(({ severity, message }) => `${severity}: ${message}`);
}

/** What a check gives in place of an answer: its reason. `live`: somebody looks here and now. */
function open(check: Check, listeners: readonly Listener[], inputs: Partial<Config> = {}, live = false): string {
  const config = { ...defaultConfig('1.28.10'), ...inputs };
  const { tool, ...whole } = { ...parseSs('', { source: 'ss', command: ['ss', '-tuaenp'] }).asked[0] } as SocketLook;
  const looks = [{ tool, ...whole, live }];
  const pod = { ...podOf(expectedRuleset(config)), sockets: listening(...listeners), shownSockets: looks };
  const result = check.run(contextOf(pod, config));
  if ('skipped' in result) return result.skipped;
  if (!('undetermined' in result)) throw new Error(JSON.stringify(result));
  return live ? `undetermined: ${result.undetermined}` : result.undetermined;
}

const OPENSHIFT = { proxyUid: [1000680001], proxyGid: [1000680001] };
const as = (uid: number) => HEALTHY.map((listener) => ({ ...listener, uid }));
const APP: Listener = { at: '*:8080', uid: 1337, process: 'java' };

describe('the uid of the proxy', () => {
  it.each([
    ['1337 where 1337 is exempt', HEALTHY, {}],
    ['1000680001 where that is exempt', as(1000680001), OPENSHIFT],
    ['one of two', as(1338), { proxyUid: [1337, 1338] }],
  ])('may be %s', (_name, listeners, inputs) => {
    expect(said(proxyOwner, listeners, inputs)).toEqual([]);
  });

  it('is not all there is where it is root, whose group alone is exempt: ss does not show that', () => {
    expect(open(proxyOwner, as(0), { interceptionMode: 'TPROXY' })).toContain('its gid (1337)');
    const hidden = as(0).map(({ process: _process, ...listener }) => listener);
    expect(open(proxyOwner, hidden, { interceptionMode: 'TPROXY' }, true)).toContain('undetermined: ');
  });

  it('is left open where it is another whose gid is hidden from somebody who looks here and now', () => {
    const hidden = as(1338).map(({ process: _process, ...listener }) => listener);
    expect(open(proxyOwner, hidden, {}, true)).toMatch(/^undetermined: the proxy runs as uid 1338 and only its gid/);
    expect(said(proxyOwner, hidden)).toHaveLength(1);
  });

  it('may not be another, which is one finding and not one for each of its ports', () => {
    expect(said(proxyOwner, HEALTHY, OPENSHIFT)).toEqual([expect.stringContaining('runs as uid 1337')]);
    expect(said(reservedPorts, HEALTHY, OPENSHIFT)).toEqual([]);
  });
});

describe('an application under the uid of the proxy', () => {
  it('is an error where its process is seen', () => {
    expect(said(applicationAsProxy, [...HEALTHY, APP])).toEqual([
      expect.stringMatching(/^error: Process java \(104\) listens on port 8080 as uid 1337/),
    ]);
  });

  it('is one finding, however many ports it has', () => {
    const [{ process: _hidden, ...hidden }] = [APP];
    expect(said(applicationAsProxy, [...HEALTHY, hidden, { ...hidden, at: '[::]:8080' }])).toHaveLength(1);
  });

  it('is not judged where processes are hidden: it may be a listener of a Sidecar resource', () => {
    const hidden = HEALTHY.map(({ process: _process, ...listener }) => listener);
    expect(open(applicationAsProxy, [...hidden, { at: '0.0.0.0:8080' }])).toMatch(/^A process listens on port 8080 as/);
    expect(open(applicationAsProxy, [{ at: '0.0.0.0:9080' }])).toContain('port 9080');
  });

  it('is an error where those of the proxy are seen and this one is not', () => {
    expect(said(applicationAsProxy, [...HEALTHY, { at: '0.0.0.0:8080' }])).toEqual([
      expect.stringMatching(/^error: A process listens on port 8080/),
    ]);
  });

  it.each<[string, Listener]>([
    ['another uid', { ...APP, uid: 1000 }],
    ['root', { ...APP, uid: 0 }],
    ['envoy itself', { ...APP, process: 'envoy' }],
    ['the agent', { ...APP, process: 'pilot-agent' }],
    ['a port of Istio', { ...APP, at: '*:15021' }],
    ['DNS over udp, whoever of Istio answers it', { at: '127.0.0.1:15053', protocol: 'udp', process: 'dns' }],
    ['udp of a hidden process', { at: '0.0.0.0:43210', protocol: 'udp' }],
  ])('is not: %s', (_name, listener) => {
    expect(said(applicationAsProxy, [...HEALTHY, listener])).toEqual([]);
  });
});

describe('a reserved port', () => {
  it('may not be held by an application', () => {
    const taken: Listener = { at: '*:15020', uid: 1000, process: 'java' };
    const others = HEALTHY.filter(({ at }) => at !== '*:15020');
    expect(said(reservedPorts, [...others, taken])).toEqual([
      'error: Port 15020 (agent status and metrics) is held by process java (103) of uid 1000, which is not the proxy.',
    ]);
  });

  it('held twice, for both families, is one finding', () => {
    const taken = ['0.0.0.0:15006', '[::]:15006'].map((at): Listener => ({ at, uid: 1000 }));
    expect(said(reservedPorts, [{ at: '0.0.0.0:15001' }, ...taken])).toHaveLength(1);
  });

  it('of the mesh’s own choice counts as well', () => {
    const inputs = { inboundCapturePort: 16006 };
    expect(said(reservedPorts, [...HEALTHY, { at: '*:16006', uid: 1000 }], inputs)).toHaveLength(1);
  });

  it.each<[string, Listener]>([
    ['an ordinary port', { at: '*:8080', uid: 1000 }],
    ['udp', { at: '0.0.0.0:15020', uid: 1000, protocol: 'udp' }],
    ['root', { at: '*:15021', uid: 0 }],
    ['the agent', { at: '127.0.0.1:15004', uid: 1000, process: 'pilot-agent' }],
  ])('is nobody’s fault: %s', (_name, listener) => {
    expect(said(reservedPorts, [...HEALTHY, listener])).toEqual([]);
  });
});
