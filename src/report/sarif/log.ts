import type { Invocation, Log, ReportingDescriptor, Result, Run } from 'sarif';
import { escapeJson } from '../escape.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json';

/** What one run of a command says. */
interface SarifRun {
  readonly version?: string;
  readonly rules: readonly ReportingDescriptor[];
  /** Left out where nothing was looked at: none would mean that there is nothing. */
  readonly results?: readonly Result[];
  readonly invocation: Invocation;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A run as a SARIF 2.1.0 log. Results are told apart by their fingerprints, so no two have the same. */
export function sarifLog({ version, rules, results, invocation, properties }: SarifRun): string {
  const run: Run = {
    tool: { driver: { name: 'istio-nat', ...(version && { semanticVersion: version }), rules: [...rules] } },
    invocations: [invocation],
    ...(results && { results: distinct(results).map((result) => ({ ...result, ruleIndex: indexOf(rules, result) })) }),
    ...(properties && { properties }),
  };
  const log: Log = { $schema: SCHEMA, version: '2.1.0', runs: [run] };
  return `${escapeJson(JSON.stringify(log, null, 2))}\n`;
}

/** What results are told apart by from run to run, and the version of how that is made. */
const FINGERPRINT = 'istioNat/v1';

/** The fingerprint of a result: what stays the same while positions, counters and files change. */
export function fingerprint(parts: readonly unknown[]): NonNullable<Result['partialFingerprints']> {
  return { [FINGERPRINT]: JSON.stringify(parts) };
}

function distinct(results: readonly Result[]): Result[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const text = result.partialFingerprints?.[FINGERPRINT] ?? '';
    const number = (seen.get(text) ?? 0) + 1;
    seen.set(text, number);
    return { ...result, partialFingerprints: { [FINGERPRINT]: `${text}:${number}` } };
  });
}

function indexOf(rules: readonly ReportingDescriptor[], { ruleId }: Result): number {
  return rules.findIndex(({ id }) => id === ruleId);
}

/**
 * A text as a message. Readers make links of `[words](address)` and look for arguments where `{0}` stands, which what
 * we quote may hold; an escape that not every reader takes away would stand in its place.
 */
export function message(text: string): { readonly text: string } {
  return { text: text.replaceAll('](', '] (').replaceAll(/\{(\d+)\}/g, '{ $1 }') };
}
