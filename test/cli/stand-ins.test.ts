import { expect, it } from 'vitest';
import { standInsOf } from '../../src/cli/stand-ins.ts';
import { HEALTHY, listening } from '../diagnose/checks/sockets.ts';
import { podWith } from '../diagnose/pod-of.ts';

it('takes the user of an application that listens, and an ordinary one where none is seen', () => {
  const sockets = listening({ at: '0.0.0.0:22', uid: 0 }, ...HEALTHY, { at: '0.0.0.0:8080', uid: 472 });
  expect(standInsOf(podWith('', { sockets })).uid).toBe(472);
  expect(standInsOf(podWith('', { sockets: null })).uid).toBe(1000);
});
