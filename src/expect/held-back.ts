import type { Obstacle } from '../model/pod.ts';

/** An obstacle for which nothing is said of the rules that may have been lost, wherever these were, and nothing vouched for. */
export function heldBack(code: 'NAT1003' | 'NAT1004', message: string, remedy: string): Obstacle[] {
  return [{ code, message, remedy, concerns: 'rules', lost: 'anywhere' }];
}
