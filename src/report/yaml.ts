import { Document, type Scalar, visit } from 'yaml';
import type { FromEnvironment } from './environment.ts';
import { escapeYaml, isUnsafe } from './escape.ts';
import type { ReportedFailure } from './failure.ts';
import { errorJson } from './json.ts';

/** The YAML form of a JSON text: whoever parses it gets the same document. */
export function yamlOfJson(json: string): string {
  return yamlText(JSON.parse(json));
}

/** The YAML document of a report, with what the environment had a part in as one more field of it. */
export function withEnvironmentYaml(document: string, environment: FromEnvironment): string {
  return `${document}${yamlText({ environment })}`;
}

/** An error as the YAML document that takes the place of a report. */
export function failureYaml(failure: ReportedFailure): string {
  return yamlOfJson(errorJson({ ...failure }));
}

function yamlText(value: unknown): string {
  // Many readers still go by YAML 1.1, in which `on` is a boolean and 1:30 a number: such strings are quoted.
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false });
  visit(document, { Scalar: (_, scalar) => quoteWhereNeeded(scalar) });
  // Strings between double quotes stay on one line: blanks at the ends of others would not all come back.
  return escapeYaml(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }));
}

/** Only between double quotes can a character be escaped; `=` alone is a type of its own for some readers. */
function quoteWhereNeeded(scalar: Scalar): void {
  const { value } = scalar;
  if (typeof value === 'string' && (value === '=' || isUnsafe(value))) scalar.type = 'QUOTE_DOUBLE';
}
