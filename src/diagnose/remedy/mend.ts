import type { LikelyCause } from './causes.ts';

/** The step that commands in the pod belong to: how long they last, and what they break or open. `notes`: what to know. */
export function mendStep(cause: LikelyCause | undefined, notes: readonly string[]): string {
  const known = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `Or in the running pod, until it restarts${known}${effectOf(cause)}:`;
}

function effectOf(cause: LikelyCause | undefined): string {
  switch (cause?.kind) {
    case 'foreign':
      if (cause.effect === 'blocks') return '; this opens what the rule blocks, and its writer may put it back';
      return '; its writer loses the rule, and may put it back';
    case 'policy':
      return "; this opens lo and Istio's ports, and nothing else";
    case 'guard':
      return "; this opens what Istio's own guard blocks, and nothing else";
    case undefined:
    case 'by-hand':
    case 'setting':
    case 'flushed':
    case 'gone':
    case 'part-gone':
    case 'other-plane':
    case 'rule-lost':
    case 'order':
    case 'dormant':
    case 'other-release':
    case 'not-listening':
    case 'connection':
    case 'told':
      return '';
  }
}
