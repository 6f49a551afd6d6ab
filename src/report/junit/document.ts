import XmlBuilder from 'fast-xml-builder';
import { escapeText } from '../escape.ts';
import { escapedLines } from '../plain.ts';

/** One check or attempt as JUnit has it. */
export interface TestCase {
  readonly name: string;
  readonly seconds?: number;
  /** Null where it passed. */
  readonly result: TestResult | null;
}

/** Why a test did not pass. `error`: it could not be told. */
export interface TestResult {
  readonly kind: 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly text: string;
}

/** All tests of one command. */
export interface TestSuite {
  readonly command: string;
  /** When it ran; the beginning of time where nobody says. */
  readonly now: Date | undefined;
  readonly cases: readonly TestCase[];
  /** What is worth knowing and no test fails for. */
  readonly output?: string;
}

const ATTRIBUTE = '@';
const TEXT = '#text';

const builder = new XmlBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  textNodeName: TEXT,
  format: true,
  suppressEmptyNode: true,
  // Else an attribute "true" would lose its value.
  suppressBooleanAttributes: false,
});

/**
 * The suite as a document that both common schemas accept, the one of Ant and the one of Jenkins: the first asks for a
 * host, a date and all three elements at the end, the second for nothing more.
 */
export function junitDocument({ command, now = new Date(0), cases, output = '' }: TestSuite): string {
  const of = (kind: TestResult['kind']) => String(cases.filter(({ result }) => result?.kind === kind).length);
  const suite = {
    ...attributes({ name: `istio-nat ${command}`.trim(), package: 'istio-nat', id: '0', hostname: 'localhost' }),
    ...attributes({ timestamp: now.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length), time: secondsOf(cases) }),
    ...attributes({
      tests: String(cases.length),
      failures: of('failure'),
      errors: of('error'),
      skipped: of('skipped'),
    }),
    properties: '',
    testcase: cases.map((one) => testCase(one, command)),
    'system-out': xmlText(output),
    'system-err': '',
  };
  const declaration = { '?xml': attributes({ version: '1.0', encoding: 'UTF-8' }) };
  return builder.build({ ...declaration, testsuites: { testsuite: [suite] } });
}

function testCase({ name, seconds = 0, result }: TestCase, command: string): object {
  const head = attributes({ name, classname: ['istio-nat', command].join('.'), time: seconds.toFixed(3) });
  if (result === null) return head;
  const { kind, type, message, text } = result;
  return { ...head, [kind]: { ...attributes({ type, message }), [TEXT]: xmlText(text) } };
}

function secondsOf(cases: readonly TestCase[]): string {
  return cases.reduce((sum, { seconds = 0 }) => sum + seconds, 0).toFixed(3);
}

/** In an attribute a line end would come out as a blank. */
function attributes(values: Readonly<Record<string, string>>): object {
  const named = Object.entries(values).map(([name, value]) => [
    `${ATTRIBUTE}${name}`,
    characters(escapeText(value.replaceAll('\n', ' '))),
  ]);
  return Object.fromEntries(named);
}

function xmlText(text: string): string {
  return characters(escapedLines(text));
}

/** Of what has been escaped these alone are no characters of XML, which has no way to write them. */
function characters(text: string): string {
  return text.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}
