import type { Explanation } from '../diagnose/catalogue/entry.ts';
import type { DiffAnswer } from '../diagnose/differences.ts';
import type { FlowClassesAnswer, FlowUnreachedAnswer } from '../flow/classes-types.ts';
import type { FlowAnswer } from '../flow/types.ts';
import type { InferReport } from '../infer/report.ts';
import type { CheckReport } from '../model/report.ts';
import type { PacketError, TraceReport } from '../model/trace.ts';
import type { ProbeAnswer } from '../probe/types.ts';
import type { SocketsReport } from '../sockets/report.ts';
import type { FromEnvironment } from './environment.ts';
import type { FailureRenderer } from './failure.ts';
import { documentJson, errorJson } from './json.ts';
import type { ReportOptions } from './style.ts';

/** What commands answer, by kind. The JSON form of each is `schema/KIND.schema.json`. */
export interface Reports {
  readonly check: CheckReport;
  readonly diff: DiffAnswer;
  /** Printed already: which tables there are to print depends on the form. */
  readonly expected: { readonly text: string };
  readonly explain: Explanation;
  readonly flow: FlowAnswer;
  readonly 'flow-classes': FlowClassesAnswer;
  readonly 'flow-unreached': FlowUnreachedAnswer;
  readonly infer: InferReport;
  readonly probe: ProbeAnswer;
  readonly sockets: { readonly report: SocketsReport };
  readonly trace: TraceReport | PacketError;
}

/** A kind of report. */
export type ReportKind = keyof Reports;

/** Makes text of a report. */
export type Renderer<K extends ReportKind> = (report: Reports[K], options: ReportOptions) => string;

/** For each kind something that is loaded when it is needed: most runs need one of them. */
type ByKind = { readonly [K in ReportKind]?: () => Promise<Renderer<K>> };
type Documents = { readonly [K in ReportKind]?: () => Promise<(report: Reports[K]) => unknown> };

interface Format {
  /** The kinds of report that it has a renderer of its own for. */
  readonly of?: ByKind;
  /** Makes text of the JSON document of every other kind. */
  readonly document?: () => Promise<(document: unknown) => string>;
  /** Makes text of the JSON text of every kind. */
  readonly ofJson?: () => Promise<(json: string) => string>;
  /** Whether `--color` says something about it. */
  readonly colors?: true;
  /** For many reports one after the other: written where a command answers so, never asked for. */
  readonly streams?: true;
  /** Adds what the environment had a part in; without it that is said on stderr. */
  readonly environment?: () => Promise<(text: string, from: FromEnvironment, options: ReportOptions) => string>;
  /** Says an error in its own form; without it an error is said on stderr alone. */
  readonly failure?: () => Promise<FailureRenderer>;
}

/** What the commands call their formats, in the order in which they are offered: the first one is the default. */
export type FormatName =
  | 'table'
  | 'save'
  | 'S'
  | 'nft'
  | 'json'
  | 'yaml'
  | 'markdown'
  | 'junit'
  | 'sarif'
  | 'github'
  | 'prometheus'
  | 'jsonl';

/** Tables as blocks of code, for what is read best in columns. */
function inMarkdown<K extends ReportKind>(...kinds: readonly K[]): Pick<ByKind, K> {
  const renderers = kinds.map((kind) => [
    kind,
    async () => {
      const [{ tableAsMarkdown }, table] = await Promise.all([
        import('./markdown/report.ts'),
        rendererOf(kind, 'table'),
      ]);
      return tableAsMarkdown(kind.replace('-', ' --'), table);
    },
  ]);
  return Object.fromEntries(renderers);
}

const printed = async (): Promise<Renderer<'expected'>> => (layout) => layout.text;

const FORMATS: Readonly<Record<FormatName, Format>> = {
  table: {
    colors: true,
    environment: async () => (await import('./environment.ts')).withEnvironmentTable,
    of: {
      check: async () => (await import('./check/table.ts')).checkTable,
      diff: async () => (await import('./diff/table.ts')).diffTable,
      explain: async () => (await import('./explain/table.ts')).explanationTable,
      flow: async () => (await import('./flow/table.ts')).flowTable,
      'flow-classes': async () => (await import('./flow-classes/table.ts')).flowClassesTable,
      'flow-unreached': async () => (await import('./flow-unreached/table.ts')).flowUnreachedTable,
      infer: async () => (await import('./infer/table.ts')).inferTable,
      probe: async () => (await import('./probe/table.ts')).probeTable,
      sockets: async () => (await import('./sockets/table.ts')).socketsTable,
      trace: async () => (await import('./trace/table.ts')).traceTable,
    },
  },
  save: { of: { expected: printed } },
  S: { of: { expected: printed } },
  nft: { of: { expected: printed } },
  json: {
    environment: async () => (await import('./environment.ts')).withEnvironmentJson,
    document: async () => documentJson,
    failure: async () => (failure) => errorJson({ ...failure }),
    of: { expected: printed, sockets: async () => (await import('./sockets/json.ts')).socketsJson },
  },
  yaml: {
    environment: async () => (await import('./yaml.ts')).withEnvironmentYaml,
    failure: async () => (await import('./yaml.ts')).failureYaml,
    ofJson: async () => (await import('./yaml.ts')).yamlOfJson,
  },
  markdown: {
    environment: async () => (await import('./markdown/report.ts')).withEnvironmentMarkdown,
    failure: async () => (await import('./markdown/report.ts')).failureMarkdown,
    of: {
      check: async () => (await import('./markdown/check.ts')).checkMarkdown,
      diff: async () => (await import('./markdown/diff.ts')).diffMarkdown,
      explain: async () => (await import('./explain/markdown.ts')).explanationMarkdown,
      ...inMarkdown('flow', 'flow-classes', 'flow-unreached', 'infer', 'probe', 'sockets', 'trace'),
    },
  },
  junit: {
    failure: async () => (await import('./junit/failure.ts')).failureJunit,
    of: {
      check: async () => (await import('./junit/check.ts')).checkJunit,
      probe: async () => (await import('./junit/probe.ts')).probeJunit,
    },
  },
  sarif: {
    failure: async () => (await import('./sarif/invocation.ts')).failureSarif,
    of: {
      check: async () => (await import('./sarif/check.ts')).checkSarif,
      diff: async () => (await import('./sarif/diff.ts')).diffSarif,
    },
  },
  github: {
    failure: async () => (await import('./github/failure.ts')).failureGithub,
    of: {
      check: async () => (await import('./github/check.ts')).checkGithub,
      diff: async () => (await import('./github/diff.ts')).diffGithub,
      probe: async () => (await import('./github/probe.ts')).probeGithub,
    },
  },
  prometheus: {
    failure: async () => (await import('./prometheus/metrics.ts')).failurePrometheus,
    of: {
      check: async () => (await import('./prometheus/check.ts')).checkPrometheus,
      probe: async () => (await import('./prometheus/probe.ts')).probePrometheus,
      sockets: async () => (await import('./prometheus/sockets.ts')).socketsPrometheus,
    },
  },
  jsonl: { streams: true, of: { trace: async () => (await import('./trace/line.ts')).traceLine } },
};

const whole = async () => (report: object) => report;
const withoutWords = async () => (answer: { readonly report: object }) => answer.report;

/** The JSON document of each kind; `expected` has none until it is printed. */
const DOCUMENTS: Documents = {
  check: whole,
  diff: withoutWords,
  explain: async () => (await import('./explain/document.ts')).explanationDocument,
  flow: withoutWords,
  'flow-classes': withoutWords,
  'flow-unreached': withoutWords,
  infer: whole,
  probe: async () => (await import('./probe/document.ts')).probeDocument,
  sockets: withoutWords,
  trace: whole,
};

const NAMES = Object.keys(FORMATS) as readonly FormatName[];

/** The formats that one of the kinds can be asked for in, the default first. */
export function formatsOf(...kinds: readonly ReportKind[]): readonly FormatName[] {
  return NAMES.filter((name) => FORMATS[name].streams !== true && kinds.some((kind) => isFor(FORMATS[name], kind)));
}

function isFor({ of = {}, document, ofJson }: Format, kind: ReportKind): boolean {
  if (ofJson !== undefined) return isFor(FORMATS.json, kind);
  return Object.hasOwn(of, kind) || (document !== undefined && Object.hasOwn(DOCUMENTS, kind));
}

/** Whether a format has colours. */
export function hasColors(format: FormatName): boolean {
  return FORMATS[format].colors === true;
}

/** How a format adds what the environment had a part in; null where it has no place for that. */
export async function environmentOf(
  format: FormatName,
): Promise<Awaited<ReturnType<NonNullable<Format['environment']>>> | null> {
  return (await FORMATS[format].environment?.()) ?? null;
}

/** How a format says an error; null where it does not, or there is no such format. */
export async function failureRendererOf(format: string): Promise<FailureRenderer | null> {
  const name = NAMES.find((one) => one === format);
  return (name && (await FORMATS[name].failure?.())) ?? null;
}

/** What makes text of reports of a kind in a format, which must be one of the kind's. */
export async function rendererOf<K extends ReportKind>(kind: K, format: FormatName): Promise<Renderer<K>> {
  const of: ByKind = FORMATS[format].of ?? {};
  const own = await of[kind]?.();
  if (own !== undefined) return own;
  const ofJson = await FORMATS[format].ofJson?.();
  if (ofJson !== undefined) {
    const json = await rendererOf(kind, 'json');
    return (report, options) => ofJson(json(report, options));
  }
  const [toText, toDocument] = await Promise.all([FORMATS[format].document?.(), DOCUMENTS[kind]?.()]);
  if (toText === undefined || toDocument === undefined) throw new Error(`${kind} has no form ${format}`);
  return (report) => toText(toDocument(report));
}
