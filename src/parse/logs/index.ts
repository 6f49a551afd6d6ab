export { failuresIn } from './failures.ts';
export { variablesIn } from './variables.ts';
