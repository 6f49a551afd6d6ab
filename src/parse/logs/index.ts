export { failuresIn } from './failures.ts';
