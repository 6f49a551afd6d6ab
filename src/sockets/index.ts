import { isListener } from '../model/socket.ts';
import { classifyConnection } from './connection.ts';
import type { SocketFacts } from './facts.ts';
import { classifyListener } from './listener.ts';
import { setScene } from './scene.ts';
import type { SocketsView } from './types.ts';

export type { SocketFacts } from './facts.ts';
export type { ClassifiedSocket, SocketKind, SocketsView } from './types.ts';

/**
 * What each socket of a pod is: by its owner, its partner inside the pod and, where there are rules, what they would do to
 * its first packet. Takes time in proportion to the number of sockets.
 */
export function classifySockets(facts: SocketFacts): SocketsView {
  const scene = setScene(facts);
  return {
    proxy: scene.proxy,
    shown: scene.shown,
    sockets: facts.sockets.map((socket) =>
      isListener(socket) ? classifyListener(socket, scene) : classifyConnection(socket, scene),
    ),
  };
}
