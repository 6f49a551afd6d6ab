import type { CatalogueEntry } from '../../diagnose/catalogue/entry.ts';

/** Codes of findings that are about single ports. */
const ABOUT_PORTS = /^NAT(?:020[12347]|0104|0109|080[2-57])$/;

/**
 * An entry for `check --suppress` to fill in. Nothing in it counts as it is: the day is none, so that nobody takes over
 * the example of a day.
 */
export function suppressionOf({ code }: Pick<CatalogueEntry, 'code'>): readonly string[] {
  return [
    `- code: ${code}`,
    `  selector: {namespace: NAMESPACE${ABOUT_PORTS.test(code) ? ', port: PORT' : ''}}`,
    '  reason: WHY IT IS ACCEPTED, AND WHO SAYS SO',
    '  expires: YYYY-MM-DD',
  ];
}
