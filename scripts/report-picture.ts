/**
 * Draws docs/report.svg, the picture in the README: what `check` prints in colour about two recorded pods, one that is
 * broken and one that is healthy, as it is printed. Run: npx tsx scripts/report-picture.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkTable } from '../src/report/check/table.ts';
import { check } from '../test/asked.ts';
import { outsideOf, textsOf } from '../test/diagnose/recorded.ts';
import { podOf } from '../test/docs/in-pod.ts';

const PICTURE = fileURLToPath(new URL('../docs/report.svg', import.meta.url));
const COLUMNS = 80;
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 8.1;

/** SGR parameters that our reports use, as CSS. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'font-weight:bold',
  2: 'opacity:.65',
  31: 'fill:#ff7b72',
  32: 'fill:#7ee787',
  33: 'fill:#e3b341',
  36: 'fill:#79c0ff',
};
const ENDS: Readonly<Record<string, readonly string[]>> = {
  22: ['1', '2'],
  39: ['31', '32', '33', '36'],
  0: Object.keys(STYLES),
};

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** One line of terminal text as tspans; `active` carries styles from line to line. */
function spans(line: string, active: Set<string>): string {
  return line
    .split(String.fromCharCode(27))
    .map((part, position) => {
      const sgr = position === 0 ? null : /^\[([0-9;]*)m/.exec(part);
      for (const code of sgr?.[1]?.split(';') ?? []) {
        for (const end of ENDS[code] ?? []) active.delete(end);
        if (code in STYLES) active.add(code);
      }
      const text = escapeXml(part.slice(sgr?.[0].length ?? 0));
      const style = [...active].map((code) => STYLES[code]).join(';');
      return text === '' ? '' : `<tspan style="${style}">${text}</tspan>`;
    })
    .join('');
}

/** What a terminal shows of a check of that pod, whose rules and sockets are saved one after the other in pod.rules. */
async function session(pod: string, istioVersion?: string): Promise<string> {
  const { config: _, ...texts } = textsOf(podOf(pod));
  const outside = outsideOf({ 'pod.rules': Object.values(texts).join('\n') });
  const config = { flags: istioVersion === undefined ? {} : { istioVersion }, env: {} };
  const report = await check({ source: { kind: 'rules', files: ['pod.rules'] }, config, toolVersion: '0' }, outside);
  const flag = istioVersion === undefined ? '' : ` --istio-version ${istioVersion}`;
  return `$ istio-nat check --rules pod.rules${flag}\n${checkTable(report, { color: true, width: COLUMNS })}`;
}

const output = [await session('inbound-port-excluded', '1.28.10'), await session('healthy-exclusions')].join('\n');
const active = new Set<string>();
const lines = output
  .trimEnd()
  .split('\n')
  .map((line) => spans(line, active));
const width = Math.ceil(COLUMNS * CHARACTER_WIDTH) + 32;
const height = lines.length * LINE_HEIGHT + 32;
const text = lines.map(
  (line, i) => `<text x="16" y="${16 + LINE_HEIGHT * (i + 0.8)}" xml:space="preserve">${line}</text>`,
);
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
  `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
  `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="13" fill="#e6edf3">`,
  ...text,
  '</g></svg>',
];
writeFileSync(PICTURE, `${svg.join('\n')}\n`);
