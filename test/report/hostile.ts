import fc from 'fast-check';
import type { CheckReport } from '../../src/model/report.ts';
import { FINDING, UNDETERMINED } from './sample.ts';

/** What has meaning to a terminal, a tracker, a runner, or a parser of one of the formats. */
const PIECES = [
  '\x1b[2J',
  '\u202e',
  '\u2028',
  '\u{e0041}',
  '\ud800',
  '\udfff',
  '\0',
  '\ufffe',
  '\uffff',
  '\n',
  '\r\n',
  '\t',
  '\u0085',
  ']]>',
  '<script>alert(1)</script>',
  '<!--',
  '&amp;',
  '&#x41;',
  '"',
  "'",
  '@everyone',
  'owner/repo#1',
  '#1',
  'GH-1',
  ':bomb:',
  '[x](http://evil.example)',
  '![x](//evil.example/y.png)',
  'https://evil.example',
  'www.evil.example',
  'a@evil.example',
  '`',
  '```',
  '~~~',
  '|',
  '# heading',
  '- item',
  '1. item',
  '---',
  '***bold***',
  '__x__',
  '\\',
  '::error::forged',
  '\n::add-mask::forged',
  '##[error]forged',
  '%0A::error::forged',
  '"} 1\nistio_nat_forged{a="',
  '{0}',
  '= ',
  ': ',
  ' #',
  '- &a *a',
  '<<',
  'on',
  '1:30',
  '~',
  ' ',
];

/** Texts that somebody chose to do harm, and any others. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** A report that holds a text wherever a pod, or a file, may put one. */
export function reportWith(text: string): CheckReport {
  const [difference] = FINDING.differences;
  if (difference === undefined) throw new Error('the sample has a difference');
  const rule = { table: text, chain: text, index: 2, text };
  return {
    ...UNDETERMINED,
    source: { kind: 'rules', files: [text] },
    verdict: 'broken',
    istio: { ...UNDETERMINED.istio, config: { ...UNDETERMINED.istio.config, excludeInterfaces: text } },
    checks: [
      ...UNDETERMINED.checks,
      { id: 'inbound', outcome: 'fail', reason: text },
      { id: 'owners', outcome: 'skipped', reason: text },
    ],
    findings: [
      {
        ...FINDING,
        title: `Inbound port of ${text}`,
        message: text,
        evidence: [
          { kind: 'rule', ...rule, source: text, line: 3 },
          { kind: 'chain', table: text, chain: text, text },
          { kind: 'socket', text },
          { kind: 'command', command: text, text },
          { kind: 'input', source: text, line: 1, column: 1, text },
        ],
        differences: [
          { ...difference, witness: { ...difference.witness, inInterface: text }, liveRule: rule, expectedRule: rule },
        ],
        remedy: `${text}\nIn the pod: iptables -D ${text}`,
      },
    ],
    undetermined: [{ code: 'NAT1004', message: text, remedy: text }],
    summary: { error: 1, warning: 0, info: 0 },
  };
}
