import { join } from 'node:path';
import { root, texts } from '../checkout.ts';
import { bothForms, type Job, type Run } from '../job.ts';
import { packetArguments, packetsText } from '../packets.ts';

const COMMANDS = ['check', 'diff', 'expected', 'explain', 'flow', 'infer', 'probe', 'sockets', 'trace'];
/** The commands that read saved rules. */
const READERS = ['check', 'diff', 'flow', 'infer', 'sockets', 'trace'];
const EXAMPLES = ['check', 'diff', 'flow', 'infer', 'sockets'];

/** What needs no rules, wrong usage, and the example that comes with the program. */
export function generalJobs(): Job[] {
  return [
    { name: 'general/help', files: {}, runs: [['--help'], ['--version'], ...COMMANDS.map((name) => [name, '--help'])] },
    { name: 'general/explain', files: {}, runs: explained() },
    {
      name: 'general/wrong',
      files: { empty: '', 'not.json': '{', 'list.json': '[]', rules: ruleText(), packets: packetsText },
      runs: wrong(),
    },
    { name: 'general/example', files: {}, runs: examples() },
  ];
}

function explained(): string[][] {
  const codes = Object.keys(texts(join(root, 'docs/findings'))).flatMap(
    (file) => /^(NAT\d+)\.md$/.exec(file)?.[1] ?? [],
  );
  const forms = ['table', 'json', 'markdown'].map((form) => ['-o', form]);
  return [[], ...codes.map((code) => [code])].flatMap((code) => forms.map((form) => ['explain', ...code, ...form]));
}

function ruleText(): string {
  return texts(join(root, 'examples/broken-pod'))['rules.v4.save'] ?? '';
}

function wrong(): string[][] {
  const rules = ['--rules', 'rules'];
  const everyCommand = COMMANDS.flatMap((command) => [
    [command, '--nonsense'],
    [command, 'stray', 'arguments'],
    [command, '--output', 'nonsense'],
  ]);
  const ofReaders = READERS.flatMap((command) => [
    [command, '--rules', 'missing'],
    [command, '--rules', 'empty'],
    [command, ...rules, '--config', 'missing'],
    [command, ...rules, '--config', 'not.json'],
    [command, ...rules, '--config', 'list.json'],
    [command, ...rules, '--istio-version', 'latest'],
    [command, ...rules, '--inbound-ports-exclude', '70000'],
    [command, ...rules, '--proxi-uid', '1'],
    [command, ...rules, '--sockets', 'missing'],
    [command, ...rules, '--sockets', 'rules'],
  ]);
  const others = [
    ['chek'],
    ['--nonsense'],
    ['help', 'chek'],
    ['explain', 'NAT9999'],
    ['check', ...rules, '--fail-on', 'nothing'],
    ['check', ...rules, '--rules', 'rules'],
    ['diff', ...rules, '--against', 'missing'],
    ['diff', ...rules, '--against', 'empty'],
    ['diff', ...rules, '--against', 'rules', '--istio-version', '1.28.10'],
    ['flow', ...rules, '--classes', '--unreached'],
    ['flow', ...rules, '--ct-state', 'NEW'],
    ['flow', ...rules, '--journey', 'nonsense'],
    ['flow', ...rules, '--port', '0'],
    ['trace', ...rules],
    ['trace', ...rules, '--hook', 'INPUT'],
    ['trace', ...rules, ...packetArguments, '--packets', 'packets'],
    ['trace', ...rules, ...packetArguments, '--mark', '0xzz'],
    ['trace', ...rules, '--packets', 'missing'],
    ['trace', ...rules, '--packets', 'empty'],
    ['trace', ...rules, '--packets', 'not.json'],
    ['expected', '--istio-version', 'latest'],
    ['expected', '--config', 'list.json'],
    // Nothing that would look at this machine, or send anything.
    ['probe', '--dry-run', '--to', 'nowhere'],
    ['probe', '--dry-run', '--timeout', 'soon'],
  ];
  return [...everyCommand, ...bothForms([...ofReaders, ...others])];
}

function examples(): Run[] {
  const runs = EXAMPLES.map((command) => [command, '--example']);
  const more = [
    ['check', '--example', '--verbose'],
    ['diff', '--example', '--traces'],
    ['flow', '--example', '--classes'],
    ['flow', '--example', '--unreached'],
    ['sockets', '--example', '--all'],
    ['sockets', '--example', '--bypassing'],
  ];
  const tables = [...runs, ...more];
  const shown = tables.flatMap((argv) => [
    { argv, columns: 60 },
    { argv, columns: 140 },
    { argv, env: { NO_COLOR: '', FORCE_COLOR: '1' } },
  ]);
  return [...bothForms(tables), ...shown];
}
