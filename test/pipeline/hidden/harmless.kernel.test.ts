import { HARMLESS } from './cases/harmless.ts';
import { tryCases } from './tried.ts';

tryCases('neighbours that change nothing', HARMLESS);
