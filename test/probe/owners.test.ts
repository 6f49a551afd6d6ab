import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/layout/index.ts';
import { defaultOwners } from '../../src/probe/owners.ts';
import { HEALTHY, type Listener, listening } from '../diagnose/checks/sockets.ts';
import { podWith } from '../diagnose/pod-of.ts';

const ROOT = { uid: 0, gid: 0 };
const PROXY = { uid: 1337, gid: 1337 };
const SIDECAR = defaultConfig('1.28.10');
const AMBIENT = { ...SIDECAR, dataplane: 'ambient' } as const;

/** Whom root sends as in a pod with these sockets. */
function ownersAmong(...listeners: readonly Listener[]) {
  return defaultOwners(ROOT, podWith('', { sockets: listening(...listeners) }), SIDECAR);
}

describe('whom a probe is sent as', () => {
  it('is ourselves, where we may be nobody else', () => {
    const own = { uid: 1234, gid: 99 };
    expect(defaultOwners(own, podWith(''), SIDECAR)).toEqual([own]);
  });

  it('is an ordinary user and the proxy, where no sockets are known', () => {
    expect(defaultOwners(ROOT, podWith(''), SIDECAR)).toEqual([{ uid: 1000, gid: 1000 }, PROXY]);
  });

  it('is the user of an application that listens, and not the proxy or root', () => {
    const root = { at: '0.0.0.0:22', uid: 0 };
    expect(ownersAmong(...HEALTHY, root, { at: '0.0.0.0:8080', uid: 472 })[0]).toEqual({ uid: 472, gid: 472 });
    expect(ownersAmong(...HEALTHY, root)[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is nobody who only has a connection open', () => {
    const connected = listening({ at: '0.0.0.0:8080', uid: 472 }).map((socket) => ({ ...socket, state: 'ESTAB' }));
    expect(defaultOwners(ROOT, podWith('', { sockets: connected }), SIDECAR)[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is nobody whom ss did not name', () => {
    const unnamed = listening({ at: '0.0.0.0:8080' }).map((socket) => ({ ...socket, uid: null }));
    expect(defaultOwners(ROOT, podWith('', { sockets: unnamed }), SIDECAR)[0]).toEqual({ uid: 1000, gid: 1000 });
  });

  it('is the first user and group of the proxy, and its user again where no group is meant', () => {
    const configured = (proxyUid: number[], proxyGid: number[]) =>
      defaultOwners(ROOT, podWith(''), { ...SIDECAR, proxyUid, proxyGid }).slice(1);
    expect(configured([5, 6], [7, 8])).toEqual([{ uid: 5, gid: 7 }]);
    expect(configured([5], [])).toEqual([{ uid: 5, gid: 5 }]);
    expect(configured([], [7])).toEqual([]);
  });

  it('is no proxy in an ambient pod', () => {
    expect(defaultOwners(ROOT, podWith(''), AMBIENT)).toEqual([{ uid: 1000, gid: 1000 }]);
  });
});
