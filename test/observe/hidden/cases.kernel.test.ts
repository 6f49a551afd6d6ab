import { CHAINS } from './cases/chains.ts';
import { DEVICES } from './cases/devices.ts';
import { DORMANT } from './cases/dormant.ts';
import { HARMLESS } from './cases/harmless.ts';
import { NAMES } from './cases/names.ts';
import { NATIVE_RULES, OTHER_TABLES } from './cases/native-rules.ts';
import { RAW_NAMES } from './cases/raw-names.ts';
import { tryCases } from './tried.ts';

tryCases('what a tool does not show', [
  { title: 'chains', cases: CHAINS, oneIn: 2 },
  { title: 'dormant tables', cases: DORMANT, oneIn: 2 },
  { title: 'native rules', cases: NATIVE_RULES, oneIn: 6 },
  { title: 'native rules elsewhere', cases: OTHER_TABLES, oneIn: 4 },
  { title: 'names of iptables', cases: NAMES, oneIn: 3 },
  { title: 'names that nft would not take', cases: RAW_NAMES, oneIn: 6 },
  { title: 'chains of devices', cases: DEVICES, oneIn: 3 },
  { title: 'harmless', cases: HARMLESS, oneIn: 2 },
]);
