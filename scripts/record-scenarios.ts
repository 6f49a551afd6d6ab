/**
 * Records test/fixtures/scenarios from a real kernel: pods that are programmed with the layouts of istio-nat, then broken
 * with the commands of iptables and ip, with processes that listen in place of the containers. Needs root, both variants
 * of iptables, nft, iproute2, util-linux. `npx tsx scripts/record-scenarios.ts [NAME…]` records all, or those named.
 */
import { fileURLToPath } from 'node:url';
import { FAULTS } from './record-scenarios/faults.ts';
import { LAYOUTS } from './record-scenarios/layouts.ts';
import { recordFault, recordLayout } from './record-scenarios/record.ts';

const folder = fileURLToPath(new URL('../test/fixtures/scenarios', import.meta.url));
const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);

for (const name of Object.keys(LAYOUTS)) if (isWanted(`healthy-${name}`)) await recordLayout(name, folder);
for (const fault of FAULTS) {
  if (!isWanted(fault.name)) continue;
  try {
    await recordFault(fault, folder);
  } catch (error) {
    process.stderr.write(`${fault.name}: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
