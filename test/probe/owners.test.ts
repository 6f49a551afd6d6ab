import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Pod } from '../../src/model/pod.ts';
import { defaultOwners, proxyOwner } from '../../src/probe/owners.ts';
import { HEALTHY, type Listener, listening } from '../diagnose/checks/sockets.ts';
import { podWith } from '../diagnose/pod-of.ts';

const ROOT = { uid: 0, gid: 0, mayBeOthers: true };
const PROXY = { uid: 1337, gid: 1337 };
const SIDECAR = defaultConfig('1.28.10');
const AMBIENT = { ...SIDECAR, dataplane: 'ambient' } as const;

function ownersIn(pod: Pod, config: Config = SIDECAR) {
  return defaultOwners(ROOT, pod, config, proxyOwner(pod, config));
}

/** Whom root sends as in a pod with these sockets. */
function ownersAmong(...listeners: readonly Listener[]) {
  return ownersIn(podWith('', { sockets: listening(...listeners) }));
}

describe('whom a probe is sent as', () => {
  it('is ourselves, where we may be nobody else', () => {
    for (const own of [
      { uid: 1234, gid: 99 },
      { uid: 0, gid: 0 },
    ]) {
      expect(defaultOwners({ ...own, mayBeOthers: false }, podWith(''), SIDECAR, PROXY)).toEqual([own]);
    }
  });

  it('is others too, for whoever has the capabilities', () => {
    const own = { uid: 1234, gid: 99, mayBeOthers: true };
    expect(defaultOwners(own, podWith(''), SIDECAR, PROXY)).toEqual([{ uid: 1000, gid: 1000 }, PROXY]);
  });

  it('is an ordinary user and the proxy, where no sockets are known', () => {
    expect(ownersIn(podWith(''))).toEqual([{ uid: 1000, gid: 1000 }, PROXY]);
  });

  it('is the user of an application that listens, and not the proxy or root', () => {
    const root = { at: '0.0.0.0:22', uid: 0 };
    expect(ownersAmong(...HEALTHY, root, { at: '0.0.0.0:8080', uid: 472 })[0]).toEqual({ uid: 472, gid: 472 });
    expect(ownersAmong(...HEALTHY, root)[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is nobody who only has a connection open', () => {
    const connected = listening({ at: '0.0.0.0:8080', uid: 472 }).map((socket) => ({ ...socket, state: 'ESTAB' }));
    expect(ownersIn(podWith('', { sockets: connected }))[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is nobody whom ss did not name', () => {
    const unnamed = listening({ at: '0.0.0.0:8080' }).map((socket) => ({ ...socket, uid: null }));
    expect(ownersIn(podWith('', { sockets: unnamed }))[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is the first user and group of the proxy, and its user again where no group is meant', () => {
    const configured = (proxyUid: number[], proxyGid: number[]) =>
      ownersIn(podWith(''), { ...SIDECAR, proxyUid, proxyGid }).slice(1);
    expect(configured([5, 6], [7, 8])).toEqual([{ uid: 5, gid: 7 }]);
    expect(configured([5], [])).toEqual([{ uid: 5, gid: 5 }]);
    expect(configured([], [7])).toEqual([]);
  });

  it('is the proxy as it really runs, where it is seen to listen', () => {
    const sockets = listening({ at: '0.0.0.0:15001', uid: 4242 }).map((socket) => ({
      ...socket,
      process: { name: 'envoy', pid: 7 },
    }));
    const processes = [{ pid: 7, uid: 4242, gid: 4243, fsgid: 4243, groups: [] }];
    expect(ownersIn(podWith('', { sockets, processes })).slice(1)).toEqual([{ uid: 4242, gid: 4243 }]);
    expect(ownersIn(podWith('', { sockets })).slice(1)).toEqual([{ uid: 4242, gid: 1337 }]);
  });

  it('is no proxy in an ambient pod', () => {
    expect(ownersIn(podWith(''), AMBIENT)).toEqual([{ uid: 1000, gid: 1000 }]);
  });
});
