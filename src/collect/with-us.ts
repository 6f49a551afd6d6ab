/** What a terminal, a shell or kubelet ends a program with. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

const stops = new Set<() => void>();

/**
 * Has something stopped when this process ends, by an exit or by a signal: a program in a process group of its own does
 * not get what the terminal sends to ours. Returns how to cancel it. Listens only for as long as there is something to
 * stop, because a process that listens cannot be interrupted while it computes.
 */
export function stopWithUs(stop: () => void): () => void {
  if (stops.size === 0) listen();
  stops.add(stop);
  return () => {
    if (stops.delete(stop) && stops.size === 0) unlisten();
  };
}

function listen(): void {
  process.on('exit', stopAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', stopAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function stopAll(): void {
  for (const stop of stops) stop();
}

/** Ends by the signal, as if nobody had listened: a shell ends its loop only when it sees that. */
function onSignal(signal: NodeJS.Signals): void {
  stopAll();
  unlisten();
  process.kill(process.pid, signal);
}
