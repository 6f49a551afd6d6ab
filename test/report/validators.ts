import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import published from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** Whether a program is there to judge what we print. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** What `promtool check metrics` has to say about metrics; empty when it likes them. */
export function promtool(metrics: string): string {
  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : `${stdout}${stderr}exit code ${status}`;
}

const JUNIT = fileURLToPath(new URL('junit.xsd', import.meta.url));

/** What libxml2 has to say about a JUnit document; empty when it is valid. */
export function xmllint(document: string): string {
  const options = { input: document, encoding: 'utf8' } as const;
  const { stderr, status } = spawnSync('xmllint', ['--noout', '--schema', JUNIT, '-'], options);
  return status === 0 ? '' : stderr;
}

/** The published schema of SARIF 2.1.0. It is of a draft that ajv no longer knows, and uses nothing that has changed since. */
export function sarifValidator(): ValidateFunction {
  const { $schema: _, id: __, ...schema } = published;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}
