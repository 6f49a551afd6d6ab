/**
 * Records test/fixtures/generations from a real kernel: healthy layouts, loaded and listed with the tools of four Debian
 * releases, and what their ss and ip show of the same sockets and rules. Needs what test/proof/generations.test.ts needs
 * (see docs/testing.md): root, debootstrap or the releases in the folder that ISTIO_NAT_ROOTS names.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectedRuleset } from '../src/expect/layout.ts';
import { FAMILIES } from '../src/model/family.ts';
import { printSave } from '../src/print/iptables/index.ts';
import { printNft } from '../src/print/nft/index.ts';
import { inNamespace, printedBy, runIn } from '../test/proof/generations/listings.ts';
import { openRoots, type Root } from '../test/proof/generations/roots.ts';
import { LAYOUTS } from './record-scenarios/layouts.ts';
import { Namespace } from './record-scenarios/namespace.ts';
import { addRouting, configOf, toolOf } from './record-scenarios/program.ts';

const FOLDER = fileURLToPath(new URL('../test/fixtures/generations', import.meta.url));

/** Between them they have every kind of match and target that Istio writes. */
const RECORDED = ['dns-all', 'tproxy', 'exclusions', 'ambient', 'native-dns'];

/** The listings of a layout of iptables, by the file they go to; `V` stands for the variant, `T` for a table. */
const LISTINGS: Readonly<Record<string, string>> = {
  save: 'iptables-V-save; ip6tables-V-save',
  'nat.S': 'iptables-V -t nat -S',
  'nat.list': 'iptables-V -t nat -L -n -v',
};
const NFT: Readonly<Record<string, string>> = { nft: 'nft list ruleset', json: 'nft -j list ruleset' };
const OTHERS: Readonly<Record<string, string>> = {
  'sockets.ss': 'ss -H -t -u -a -n -e',
  'sockets-headed.ss': 'ss -t -u -a -n -e',
  'listeners.ss': 'ss -t -l -n',
  'rules.ip': 'ip -4 rule show',
  'routes.ip': 'ip -4 route show table all',
  'addresses.ip': 'ip addr show',
};

const { roots, close } = openRoots();
try {
  for (const root of roots) {
    rmSync(join(FOLDER, root.suite), { recursive: true, force: true });
    for (const name of RECORDED) await record(name, root);
  }
} finally {
  close();
}

async function record(name: string, root: Root): Promise<void> {
  const layout = LAYOUTS[name];
  if (layout === undefined) throw new Error(`there is no layout ${name}`);
  const config = configOf(layout.inputs);
  const native = config.backend === 'nftables';
  for (const variant of native ? ['native'] : ['nft', 'legacy']) {
    const id = `istio-nat-record-${process.pid}`;
    const namespace = new Namespace(id);
    const run = inNamespace(id);
    try {
      const { tables } = expectedRuleset(config);
      if (native) runIn(root, 'nft -f /dev/stdin', printNft(tables), run);
      for (const family of native ? [] : FAMILIES) {
        const own = tables.filter((table) => table.family === family);
        if (own.length > 0) runIn(root, `${toolOf(family)}-${variant}-restore`, printSave(own), run);
      }
      addRouting(namespace, config);
      for (const standIn of layout.standIns) await namespace.listen(standIn);
      const listings = { ...(native ? {} : LISTINGS), ...(variant === 'legacy' ? OTHERS : NFT) };
      const commands = Object.values(listings).map((command) => command.replaceAll('-V', `-${variant}`));
      const versions = printedBy(root, ['iptables-nft -V', 'nft -v', 'ss -V'], run).map(({ stdout }) => stdout);
      write(join(FOLDER, root.suite), ['versions.txt'], [versions.join('')]);
      const printed = printedBy(root, commands, run).map(({ stdout }) => stdout.replace(/^(# .*) on .*$/gm, '$1'));
      write(join(FOLDER, root.suite, name, variant), Object.keys(listings), printed);
      write(join(FOLDER, root.suite, name), ['config.json'], [`${JSON.stringify(layout.inputs)}\n`]);
    } finally {
      await namespace.remove();
    }
  }
}

function write(folder: string, names: readonly string[], texts: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  names.forEach((name, at) => {
    writeFileSync(join(folder, name), texts[at] ?? '');
  });
}
