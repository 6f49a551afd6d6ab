import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingsPages, PAGES_FOLDER } from '../../../scripts/findings-pages.ts';
import { CATALOGUE, pageOf } from '../../../src/diagnose/catalogue/index.ts';

const REMEDY = 'run: npx tsx scripts/findings-pages.ts';
const pages = findingsPages();

describe('docs/findings', () => {
  it('has a page for every code, and no page without one', () => {
    expect(readdirSync(PAGES_FOLDER).sort(), REMEDY).toEqual([...pages.keys()].sort());
    expect([...pages.keys()]).toEqual(['README.md', ...CATALOGUE.map((entry) => `${entry.code}.md`)]);
  });

  it.each([...pages])('%s is what the catalogue says', (name, text) => {
    expect(readFileSync(`${PAGES_FOLDER}${name}`, 'utf8'), REMEDY).toBe(text);
  });

  it('is where findings point to', () => {
    for (const { code } of CATALOGUE) expect(`${PAGES_FOLDER}${code}.md`.endsWith(`/${pageOf(code)}`)).toBe(true);
  });

  it('links every page from the table, in cells that no text breaks', () => {
    const table = pages.get('README.md') ?? '';
    for (const { code } of CATALOGUE) expect(table).toContain(`| [${code}](${code}.md) |`);
    const rows = table.split('\n').filter((line) => line.startsWith('|'));
    for (const row of rows) expect(row.match(/(?<!\\)\|/g), row).toHaveLength(6);
  });
});
