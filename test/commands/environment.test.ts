import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBuilt, program } from './spawn.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-environment-'));
  writeFileSync(join(folder, 'config.json'), '{"istioVersion": "1.28.10"}');
});

afterAll(() => rmSync(folder, { recursive: true }));

function validate(name: string, document: unknown): void {
  const schema = JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
  const valid = new Ajv({ strict: true, allErrors: true }).compile(schema);
  valid(document);
  expect(valid.errors).toBeNull();
}

describe.skipIf(!isBuilt)('what the environment sets is named in the report', () => {
  it('the threshold behind an exit code of 0', async () => {
    const env = { ISTIO_NAT_FAIL_ON: 'never' };
    const table = await program(['check', '--example'], { env });
    expect(table.stdout).toContain('--fail-on never comes from ISTIO_NAT_FAIL_ON in the environment');
    const json = await program(['check', '--example', '--json'], { env });
    expect([table.exitCode, json.exitCode]).toEqual([0, 0]);
    expect(JSON.parse(json.stdout).environment.variables).toEqual([
      { name: 'ISTIO_NAT_FAIL_ON', flag: '--fail-on', value: 'never' },
    ]);
  });

  it('not where a flag says otherwise', async () => {
    const env = { ISTIO_NAT_FAIL_ON: 'never', ISTIO_NAT_ISTIO_VERSION: '1.20.0' };
    const argv = ['check', '--example', '--json', '--fail-on=error', '--istio-version', '1.28.10'];
    const { stdout, exitCode } = await program(argv, { env });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).not.toHaveProperty('environment');
  });

  it.each([
    ['check', ['check', '--example']],
    ['diff', ['diff', '--example']],
    ['infer', ['infer', '--example']],
    ['flow', ['flow', '--example']],
    ['expected', ['expected']],
  ])('the configuration file and an input: %s', async (name, argv) => {
    const file = join(folder, 'config.json');
    const env = { ISTIO_NAT_CONFIG: file, ISTIO_NAT_PROXY_PORT: '15099' };
    const { stdout } = await program([...argv, '-o', 'json'], { env });
    const document = JSON.parse(stdout);
    validate(name, document);
    expect(document.environment.variables).toEqual([
      { name: 'ISTIO_NAT_CONFIG', flag: '--config', value: file },
      { name: 'ISTIO_NAT_PROXY_PORT', flag: '--proxy-port', value: '15099' },
    ]);
  });

  it('on stderr, where the output is rules, and where there is no report', async () => {
    const said = 'istio-nat: --proxy-port 15099 comes from ISTIO_NAT_PROXY_PORT in the environment.\n';
    expect((await program(['expected'], { env: { ISTIO_NAT_PROXY_PORT: '15099' } })).stderr).toBe(said);
    const wrong = await program(['check'], { env: { ISTIO_NAT_CONFIG: join(folder, 'none.json') } });
    expect(wrong.stderr).toContain('comes from ISTIO_NAT_CONFIG in the environment');
    expect(wrong.exitCode).toBe(2);
  });
});

describe.skipIf(!isBuilt)('a tool from elsewhere than the system keeps them', () => {
  const ss = '#!/bin/sh\necho "Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port"\n';
  const argv = ['sockets', '--json'];

  it('is named', async () => {
    const path = join(folder, 'ss');
    writeFileSync(path, ss);
    chmodSync(path, 0o755);
    const { stdout } = await program(argv, { env: { PATH: `${folder}:/usr/sbin:/usr/bin:/sbin:/bin` } });
    const document = JSON.parse(stdout);
    validate('sockets', document);
    expect(document.environment.tools).toEqual([{ name: 'ss', path }]);
    rmSync(path);
  });

  it('the system’s own are not', async () => {
    const { stdout } = await program(argv, { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    expect(JSON.parse(stdout)).not.toHaveProperty('environment');
  });
});

describe.skipIf(!isBuilt)('variables of the framework', () => {
  it('change nothing and show nothing', async () => {
    writeFileSync(join(folder, 'theme.json'), '{"bin": "red", "command": "red"}');
    symlinkSync(folder, join(folder, 'istio-nat'));
    const env = {
      DEBUG: '*',
      CLI_FLAGS_DEBUG: '1',
      OCLIF_COLUMNS: '30',
      OCLIF_NEXT_VERSION: '1',
      ISTIO_NAT_DISABLE_THEME: '0',
      ISTIO_NAT_CONFIG_DIR: folder,
      ISTIO_NAT_DATA_DIR: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    };
    for (const argv of [['check', '--help'], ['--version'], ['check', '--example'], ['nonsense']]) {
      const { ms: _plainly, ...plain } = await program(argv, { env: { FORCE_COLOR: '1' } });
      const { ms: _other, ...other } = await program(argv, { env: { ...env, FORCE_COLOR: '1' } });
      expect(other).toEqual(plain);
    }
  });
});
