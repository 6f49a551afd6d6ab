import { expect, it } from 'vitest';
import { escapeText } from '../../src/report/escape.ts';
import { socketsJson } from '../../src/report/sockets/json.ts';
import { socketsTable } from '../../src/report/sockets/table.ts';
import { kernelTests } from '../kernel/index.ts';
import { World } from './world.ts';

/** Names that a process may choose: 15 bytes of anything. */
const NAMES = [
  '\x1b[31mred',
  'new\nline',
  '\r\x1b[2Kgone',
  'par)en(s',
  'q"uo\'te',
  'x",pid=1,fd=3))',
  'uid:0 ino:1',
  '\u202efdp.exe',
  // As much of the columns of a socket as fits.
  '\nLISTEN 0 1 *:1',
  '\nESTAB0 0 :1 :2',
  // The header of the columns.
  'Recv-Q Send-Q',
  '\nRecv-Q Send-Q',
];
/** The same for an interface, but for white space, slash and colon. */
const INTERFACE = '\x1b[31m"),(0';
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

kernelTests('names that a pod may choose', () => {
  it('reach neither the terminal nor the JSON document, and hide no socket', async () => {
    await using world = await World.create();
    await world.sidecar();
    await world.program();
    await world.run(['ip', 'link', 'add', INTERFACE, 'type', 'veth', 'peer', 'name', 'other0']);
    for (const [index, name] of NAMES.entries()) {
      const app = await world.start({ uid: 1000 + index, name });
      await app.ask('listen', { address: '0.0.0.0', port: 8080 + index });
      await app.ask('connect', { to: '203.0.113.7', port: 443 });
    }
    const root = await world.start({ uid: 0, name: NAMES[0] ?? '' });
    await root.ask('listen', { address: '0.0.0.0', port: 9090, device: INTERFACE });
    const answer = await world.look();
    for (const [index, name] of NAMES.entries()) {
      // ss reads the name up to the first parenthesis.
      const [shownName] = name.split(')');
      const own = answer.sockets.filter(({ uid }) => uid === 1000 + index);
      expect(own.map(({ kind, process }) => [kind, process?.name])).toEqual(
        expect.arrayContaining([
          ['listener-captured', shownName],
          ['outbound-proxied', shownName],
        ]),
      );
    }
    expect(answer.sockets.find(({ localPort }) => localPort === 9090)?.process?.name).toBe(NAMES[0]);
    for (const all of [false, true]) {
      const table = socketsTable({ report: answer }, { all, bypassing: false, color: false, width: 100 });
      expect(table.replaceAll('\n', '')).not.toMatch(UNSAFE);
      expect(table).toContain(escapeText('\x1b[31mred'));
    }
    const json = socketsJson({ report: answer }, { bypassing: false });
    expect(json.replaceAll('\n', '')).not.toMatch(UNSAFE);
    expect(JSON.parse(json).sockets).toHaveLength(answer.sockets.length);
  });
});
