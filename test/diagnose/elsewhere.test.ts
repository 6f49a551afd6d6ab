import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/diagnose/catalogue/index.ts';
import { waysIn } from '../../src/observe/rights.ts';

/**
 * Commands that no namespace of a test can run: kubectl and istioctl need a cluster, nsenter and istio-nat the pod that is meant, and
 * POD, NAMESPACE and the like have to be filled in. They hold nothing of a pod's but names that Kubernetes allows.
 */
const ELSEWHERE = /^(?:kubectl|istioctl|nsenter|istio-nat) /;

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].flatMap(([, command]) => command ?? []);
const commands = CATALOGUE.flatMap(({ confirm, remedy }) => [
  ...confirm.map(({ command }) => command),
  ...remedy.flatMap(quoted).filter((command) => ELSEWHERE.test(command)),
]);

function waysOf(environment: Readonly<Record<string, string>>): string[] {
  return waysIn(environment)
    .split('; ')
    .map((part) => /`([^`]+)`$/.exec(part)?.[1] ?? part);
}

function isCommand(line: string): void {
  execFileSync('sh', ['-n', '-c', line], { stdio: 'pipe' });
}

describe('commands for a cluster or a node', () => {
  it.each([...new Set(commands)])('are commands to a shell: %s', (command) => {
    expect(() => isCommand(command)).not.toThrow();
  });

  it('are commands to a shell where the pod gives its name', () => {
    const ways = waysOf({ POD_NAME: 'web-0', POD_NAMESPACE: 'shop' });
    expect(ways).toHaveLength(3);
    for (const way of ways) {
      expect(way).toMatch(ELSEWHERE);
      expect(() => isCommand(way)).not.toThrow();
    }
    expect(ways[0]).toContain('-n shop web-0 ');
  });

  it.each(['$(touch x)', 'a;b', '-v', 'a b', 'a\nb', 'A'])(
    'hold no name that Kubernetes does not allow: %j',
    (name) => {
      expect(waysIn({ POD_NAME: name, POD_NAMESPACE: name })).toBe(waysIn({}));
    },
  );
});
