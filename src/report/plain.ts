import type { Evidence, Finding } from '../model/report.ts';
import { escapeText } from './escape.ts';
import { evidenceHeading, packetWords, verdictWords } from './words.ts';

/** A text of ours with its lines; what they quote cannot break out of its own. */
export function escapedLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** A finding for where there is nothing but text: what is wrong, what it rests on, one packet, and what to do. */
export function findingText(finding: Finding): string {
  const { code, message, evidence, differences, remedy } = finding;
  const [shown] = differences;
  const packet =
    shown === undefined
      ? []
      : [
          `Packet: ${packetWords(shown.witness)}`,
          `  is ${verdictWords(shown.live)}, should be ${verdictWords(shown.expected)}`,
        ];
  const lines = [
    message,
    ...evidence.map(evidenceLine),
    ...packet,
    ...(remedy === undefined ? [] : [`Remedy: ${remedy}`]),
    `More: istio-nat explain ${code}`,
  ];
  return escapedLines(lines.join('\n'));
}

/** `NAT0201 Inbound port 8080 bypasses the proxy`. */
export function findingTitle({ code, title }: Pick<Finding, 'code' | 'title'>): string {
  return escapeText(`${code} ${title}`);
}

function evidenceLine(evidence: Evidence): string {
  return `${evidencePlace(evidence)}: ${escapeText(evidence.text)}`;
}

/** What a piece of evidence is and where it is: `Rule nat ISTIO_INBOUND #2 (pod.rules:14)`. */
export function evidencePlace(evidence: Evidence): string {
  const { label, place } = evidenceHeading(evidence);
  return place === '' ? label : `${label} ${place}`;
}
