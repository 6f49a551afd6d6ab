import { expect, it } from 'vitest';
import { signsOfEnrolment } from '../../src/istio/enrolment.ts';
import { observeRules } from '../../src/observe/index.ts';

const SILENT = { environment: {}, labels: {}, annotations: {} };
const PORTS = [15001, 15006, 15008];

/** What sockets say of enrolment in ambient, as some command shows them. */
function signs(command: string, columns: string): number {
  const lines = PORTS.map((port) => `LISTEN 0 128 *:${port} *:* ${columns.replace('INO', `${port}`)}`);
  const text = [`# ${command}`, ...lines, ''].join('\n');
  return signsOfEnrolment(observeRules([], { socketsText: { name: 'sockets', text } }), SILENT).length;
}

it.each([
  ['of root that no process here holds are ztunnel’s', 'ss -tlnep', 'ino:INO sk:1', 3],
  ['of another user are not', 'ss -tlnep', 'uid:1337 ino:INO sk:1', 0],
  ['of a process here are not', 'ss -tlnep', 'users:(("envoy",pid=7,fd=3)) ino:INO sk:1', 0],
  ['of which no user was asked for may be Envoy’s', 'ss -tlnp', '', 0],
  ['of which no process was asked for may be Envoy’s', 'ss -tlne', 'ino:INO sk:1', 0],
])('listeners on all ports of ztunnel %s', (_, command, columns, expected) => {
  expect(signs(command, columns)).toBe(expected);
});
