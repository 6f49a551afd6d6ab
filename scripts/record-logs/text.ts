import { expectedRuleset } from '../../src/expect/layout.ts';
import type { Family } from '../../src/model/family.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { configOf } from '../record-scenarios/program.ts';
import type { Inputs } from '../record-scenarios/scenario.ts';

/** A layout in the form in which Istio hands it to iptables-restore: chains by `-N`, nothing about built-in ones. */
export function restoreText(inputs: Inputs, family: Family): string {
  const tables = expectedRuleset(configOf(inputs)).tables.filter((table) => table.family === family);
  const lines = printSave(tables).split('\n');
  return lines.flatMap((line) => asHanded(line)).join('\n');
}

function asHanded(line: string): string[] {
  if (line.startsWith('*')) return [`* ${line.slice(1)}`];
  const chain = /^:(\S+) (\S+)/.exec(line);
  if (chain !== null) return chain[2] === '-' ? [`-N ${chain[1]}`] : [];
  return line === '' || line.startsWith('#') ? [] : [line];
}

/** The same as the commands of the releases that ran one for each rule. */
export function commandsOf(text: string, tool: string): string[][] {
  let table = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('* ')) table = line.slice(2);
    return /^-[NAI] /.test(line) ? [[tool, '-t', table, ...line.split(' ')]] : [];
  });
}
