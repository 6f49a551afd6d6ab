import type { Ruleset, Table } from '../../../src/model/ruleset.ts';
import { printSave } from '../../../src/print/iptables/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import type { KernelPod } from '../../kernel/index.ts';
import type { Form } from './start.ts';

const TABLES = ['raw', 'mangle', 'nat', 'filter'];

/** The text that makes a kernel hold a ruleset, and nothing else of that form. */
export function textOf({ tables }: Ruleset, form: Form): string {
  if (form.variant === 'native') return printNft(tables);
  const { family } = form;
  const others = TABLES.filter((name) => !tables.some((table) => table.name === name));
  return printSave([...tables, ...others.map((name): Table => ({ backend: 'iptables', family, name, chains: [] }))]);
}

/** Loads a text and gives back what the tool prints then, without the taps; throws when the kernel refuses it. */
export async function load(pod: KernelPod, text: string, form: Form): Promise<string> {
  if (form.variant === 'native') {
    await pod.flush();
    await pod.nft(text);
    const { stdout } = await pod.exec(['nft', 'list', 'ruleset']);
    return stdout.replace(/^table inet istio_nat_probe \{\n[\s\S]*?^\}\n/m, '');
  }
  await pod.restore(form.variant, form.family, text);
  return pod.readBack(form.variant, form.family);
}
