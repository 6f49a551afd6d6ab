import type { Judgement, ProbeAnswer, ProbeResult } from '../../probe/types.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { istioName, openLines } from '../subject.ts';
import { count, place, verdictWords } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';

/** The report of `probe` for people: the answer in a sentence, then each attempt, then what it does not prove. */
export function probeTable(probed: ProbeAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const sections = [
    headLines(probed, style),
    ...probed.probes.map((attempt) => attemptLines(attempt, style)),
    validationLines(probed.validation, style),
    limitLines(style),
    openLines(probed.undetermined, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines({ probes, config, releases }: ProbeAnswer, style: Style): string[] {
  const of = (outcome: ProbeResult['outcome']) => probes.filter((attempt) => attempt.outcome === outcome).length;
  const istio = istioName({ ...config, releases });
  if (of('skipped') > 0) return marked('skipped', `${count(of('skipped'), 'probe')} would be sent.`, style);
  if (of('fail') > 0)
    return marked(
      'fail',
      `${of('fail')} of ${count(probes.length, 'probe')} went differently than ${istio} intends.`,
      style,
    );
  if (of('undetermined') > 0)
    return marked('undetermined', `${of('undetermined')} of ${count(probes.length, 'probe')} cannot be judged.`, style);
  return marked('pass', `All ${probes.length} probes went the way that ${istio} intends.`, style);
}

function marked(mark: Parameters<typeof symbol>[0], text: string, style: Style): string[] {
  return wrap(escapeText(text), style.width - 2).map(
    (line, index) => `${index === 0 ? symbol(mark, style.chalk) : ' '} ${style.chalk.bold(line)}`,
  );
}

function attemptLines(attempt: ProbeResult, style: Style): string[] {
  const { outcome, message, expected, predicted, rule, sent } = attempt;
  const width = style.width - 14;
  const facts: [string, string][] = [
    ['Seen', sent === null ? message : `${message} (${sent.ending}, ${sent.durationMs} ms)`],
    ['Should be', verdictWords(expected)],
    ['By the rules', predicted === null ? 'the rules cannot be read' : verdictWords(predicted)],
    ...(rule === null ? [] : [['Rule', `${place(rule)}: ${clip(rule.text, 600)}`] as [string, string]]),
  ];
  const shown = outcome === 'pass' ? facts.slice(0, 1) : facts;
  const lines = shown.flatMap(([label, text]) => labelled(label, 14, wrap(escapeText(text), width)));
  return [...marked(outcome, probeSentence(attempt), style), ...indent(lines, 2)];
}

/** What was tried, and as whom. */
export function probeSentence({ purpose, role, owner, packet }: ProbeResult): string {
  const who = `${role === 'proxy' ? 'the proxy' : 'an application'} (uid ${owner.uid}, gid ${owner.gid})`;
  const address = packet.family === 'ipv6' ? `[${packet.destination}]` : packet.destination;
  const to = `${packet.protocol} ${address}:${packet.destinationPort}`;
  switch (purpose) {
    case 'outbound':
      return `${to} elsewhere, from ${who}`;
    case 'self':
      return `${to}, the pod itself, from ${who}`;
    case 'upstream':
      return `${to}, the application, through ${packet.source} from ${who}`;
    case 'validation':
      return `${to}, what Istio's validation dials, from ${who}`;
    case 'dns':
      return `${to}, the resolver, from ${who}`;
  }
}

function validationLines(validation: Judgement | null, style: Style): string[] {
  if (validation === null) return [];
  const text = `Istio's own validation (the init container istio-validation): ${validation.message}. It proves one path only, the proxy's over loopback through nat OUTPUT: nothing about what comes in, DNS, exclusions, or the other family.`;
  return marked(validation.outcome, text, style);
}

function limitLines(style: Style): string[] {
  const text =
    'What other hosts send to this pod cannot be tried from inside it: istio-nat check and istio-nat flow say what the rules do to it.';
  return wrap(text, style.width).map((line) => style.chalk.dim(line));
}
