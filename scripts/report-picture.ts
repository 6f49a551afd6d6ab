/**
 * Draws docs/report.svg, the picture in the README: what `npm start` prints in colour, as it was printed. Needs a built
 * istio-nat. Run: npx tsx scripts/report-picture.ts
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LINES = 42;
const COLUMNS = 100;
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

const output = execFileSync('node', ['bin/run.js', 'check', '--example', '--fail-on', 'never'], {
  cwd: ROOT,
  env: { ...process.env, FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
}).toString();
const active = new Set<string>();
const lines = output
  .split('\n')
  .slice(0, LINES)
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
writeFileSync(`${ROOT}/docs/report.svg`, `${svg.join('\n')}\n`);
