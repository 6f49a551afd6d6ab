import type { FlowStep, Journey } from '../../flow/types.ts';
import { escapeText } from '../escape.ts';
import { type Style, symbol } from '../style.ts';
import { packetWords } from '../words.ts';
import { indent, wrap } from '../wrap.ts';
import { placeColumn, stepLines } from './step.ts';

/** One life: what it is, packet by packet and step by step, how it ends, and what its answer meets. */
export function journeyLines(journey: Journey, alsoIpv6: boolean, style: Style): string[] {
  const column = placeColumn([...journey.steps, ...journey.answers]);
  return [
    ...titleLines(journey, familiesOf(journey, alsoIpv6), style),
    ...told(journey.steps, column, style),
    ...indent(wrap(escapeText(ending(journey)), style.width - 2), 2),
    ...answerLines(journey.answers, column, style),
  ];
}

/** One life that is as it should be: what it is and how it ends. */
export function journeyLine(journey: Journey, alsoIpv6: boolean, style: Style): string[] {
  return titleLines(journey, `${familiesOf(journey, alsoIpv6)} ${ending(journey)}`, style);
}

function familiesOf({ family }: Journey, alsoIpv6: boolean): string {
  if (alsoIpv6) return ' (IPv4 and IPv6)';
  return family === 'ipv6' ? ' (IPv6)' : '';
}

function titleLines(journey: Journey, rest: string, style: Style): string[] {
  const mark = symbol(isUnserved(journey) ? 'skipped' : MARKS[journey.intended], style.chalk);
  const lines = wrap(escapeText(`${titleOf(journey)}${rest}`), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? mark : ' '} ${style.chalk.bold(line)}`);
}

/** The rules do as they should, and at the end of the way there is nobody: nothing to tick. */
export function isUnserved({ intended, steps }: Journey): boolean {
  return intended === 'yes' && steps.at(-1)?.program === 'none';
}

const MARKS = { yes: 'pass', no: 'fail', unknown: 'undetermined' } as const;

function titleOf({ name, steps }: Journey): string {
  const packet = steps[0]?.packet;
  const port = packet?.destinationPort;
  const to = `${packet?.destination} port ${port}`;
  switch (name) {
    case 'inbound':
      return `Inbound: another pod calls port ${port}`;
    case 'outbound':
      return `Outbound: the application calls ${to}`;
    case 'dns':
      return `DNS: the application asks ${packet?.destination}`;
    case 'dns-tcp':
      return `DNS over TCP: the application asks ${packet?.destination}`;
    case 'probe':
      return `Probe: the kubelet asks port ${port}`;
    case 'self-service':
      return `Itself by its service: the application calls ${to}`;
    case 'self-pod':
      return `Itself by its address: the application calls ${to}`;
  }
}

function ending({ end, proxied, intended }: Journey): string {
  const without = intended === 'no' ? 'past the proxy' : 'without the proxy';
  const through = proxied ? 'through the proxy' : without;
  switch (end) {
    case 'application':
      return `→ reaches the application ${through}`;
    case 'wire':
      return `→ leaves the pod ${through}`;
    case 'agent':
      return "→ answered by Istio's agent";
    case 'dns':
      return '→ answered by the DNS proxy';
    case 'resolver':
      return '→ answered by a resolver in the pod';
    case 'refused':
      return '→ fails: refused';
    case 'dropped':
      return '→ fails: dropped or rejected by the rules';
    case 'loop':
      return '→ never arrives: an endless loop';
    case 'unknown':
      return '→ what becomes of it cannot be told';
  }
}

/** The steps under the packets that make them. */
function told(steps: readonly FlowStep[], column: number, style: Style): string[] {
  let packet = '';
  return steps.flatMap((step) => {
    const words = step.packet === undefined ? packet : packetWords(step.packet);
    const heading = words === packet ? [] : indent(wrap(escapeText(words), style.width - 2), 2);
    packet = words;
    return [...heading.map((line) => style.chalk.dim(line)), ...stepLines(step, column, style)];
  });
}

/** Of an answer only what differs from "back the same way" is worth a line. */
function answerLines(answers: readonly FlowStep[], column: number, style: Style): string[] {
  if (answers.length === 0) return [];
  const notable = answers.filter(
    ({ rule, hook, intended }) => rule !== null || hook === 'routing' || intended !== 'yes',
  );
  const say = (text: string) => indent(wrap(text, style.width - 2), 2);
  if (notable.length === 0) return say('Its answer goes back the same way: conntrack knows it, nat is not consulted.');
  return [...say('Its answer: conntrack knows it, nat is not consulted; it meets'), ...told(notable, column, style)];
}
