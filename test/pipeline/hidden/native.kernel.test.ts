import { CHAINS } from './cases/chains.ts';
import { DORMANT } from './cases/dormant.ts';
import { NATIVE_RULES, OTHER_TABLES } from './cases/native-rules.ts';
import { tryCases } from './tried.ts';

tryCases('chains and tables of iptables that nft wrote', [...CHAINS, ...DORMANT]);
tryCases('rules that nft wrote into chains of iptables', [...OTHER_TABLES, ...NATIVE_RULES], 3);
