import { DEVICES } from './cases/devices.ts';
import { NAMES } from './cases/names.ts';
import { RAW_NAMES } from './cases/raw-names.ts';
import { tryCases } from './tried.ts';

tryCases('names that read as rules', NAMES, 2);
tryCases('names that nft would not take', RAW_NAMES, 3);
tryCases('chains of devices', DEVICES);
