import { join } from 'node:path';
import { folders, root, texts } from '../checkout.ts';
import { bothForms, type Job, rulesArguments } from '../job.ts';
import { inboundArguments, packetArguments, packetsText } from '../packets.ts';

const FIXTURES = join(root, 'test/fixtures');
const TEXTS = ['iptables', 'iptables/recorded', 'nft', 'routing', 'ss', 'collect/recorded'];

/** The other fixtures: every text as rules, whatever it is, and as sockets. */
export function* fixtureJobs(): Generator<Job> {
  for (const folder of TEXTS) {
    const files = texts(join(FIXTURES, folder));
    for (const [name, text] of Object.entries(files)) yield textJob(`fixtures/${folder}/${name}`, name, text);
  }
  for (const name of folders(join(FIXTURES, 'sockets'))) yield socketsJob(name);
  yield socketsOnly();
}

/** One text, read by every command that reads rules. */
export function textJob(name: string, file: string, text: string): Job {
  const rules = ['--rules', file];
  const runs = bothForms([
    ['check', ...rules],
    ['check', ...rules, '--istio-version', '1.28.10'],
    ['diff', ...rules, '--istio-version', '1.28.10'],
    ['flow', ...rules],
    ['flow', ...rules, '--classes'],
    ['flow', ...rules, '--unreached'],
    ['infer', ...rules],
    ['trace', ...rules, ...packetArguments],
    ['trace', ...rules, ...inboundArguments],
  ]);
  const more = [
    ['check', ...rules, '--family', 'ipv6'],
    ['trace', ...rules, '--packets', 'packets.jsonl'],
  ];
  return { name, files: { [file]: text, 'packets.jsonl': packetsText }, runs: [...runs, ...more] };
}

function socketsJob(name: string): Job {
  const files = texts(join(FIXTURES, 'sockets', name));
  const rules = rulesArguments(Object.keys(files).filter((file) => file.startsWith('rules')));
  const kinds = Object.keys(files).filter((file) => file.endsWith('.ss'));
  const runs = kinds.flatMap((file) => [
    ['sockets', '--sockets', file],
    ['sockets', ...rules, '--sockets', file],
    ['sockets', ...rules, '--sockets', file, '--all'],
    ['sockets', ...rules, '--sockets', file, '--bypassing', '--fail-on', 'warning'],
    ['check', ...rules, '--sockets', file, '--verbose'],
    ['flow', ...rules, '--sockets', file],
    ['flow', ...rules, '--sockets', file, '--port', '9090', '--to', '10.1.2.3:3306', '--uid', '1000'],
    ['trace', ...rules, '--sockets', file, ...packetArguments],
  ]);
  return { name: `fixtures/sockets/${name}`, files, runs: bothForms(runs) };
}

/** The forms that sockets are printed in, beside the rules of one pod. */
function socketsOnly(): Job {
  const pod = texts(join(FIXTURES, 'sockets/healthy'));
  const rules = ['--rules', 'rules.v4.save'];
  const kinds = texts(join(FIXTURES, 'ss'));
  const runs = Object.keys(kinds).flatMap((file) => [
    ['sockets', ...rules, '--sockets', file, '--all'],
    ['check', ...rules, '--sockets', file],
  ]);
  return { name: 'fixtures/ss-beside-rules', files: { ...pod, ...kinds }, runs: bothForms(runs) };
}
