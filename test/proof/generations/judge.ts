import type { SourceRequest } from '../../../src/cli/gather.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Family } from '../../../src/model/family.ts';
import { formatConfig } from '../../../src/parse/config/index.ts';
import { check } from '../../asked.ts';
import { savedTexts } from '../../observe/saved.ts';

/** What `check` says, as far as it counts here: notes are left out. */
export interface Said {
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly open: readonly string[];
  readonly because: readonly string[];
}

/** What `check` says of saved texts, told the configuration that they were programmed with. */
export async function saidOf(texts: readonly string[], config: Config, family?: Family): Promise<Said> {
  const files = Object.fromEntries(texts.map((text, at) => [`listing-${at + 1}`, text]));
  const source: SourceRequest = { kind: 'rules', files: Object.keys(files), ...(family && { family }) };
  const request = { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' };
  const told = { config: JSON.stringify(formatConfig(config)) };
  const { verdict, findings, undetermined } = await check(request, savedTexts({ ...files, ...told }));
  const loud = findings.filter(({ severity }) => severity !== 'info');
  return {
    verdict,
    codes: distinct(loud.map(({ code }) => code)),
    open: distinct(undetermined.map(({ code }) => code)),
    because: [...loud, ...undetermined].map(({ code, message }) => `${code} ${message}`),
  };
}

function distinct(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
