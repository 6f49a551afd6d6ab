export { CONFIG_KEYS, type InputDescription } from '../parse/config/keys.ts';
export { nearest } from '../parse/config/nearest.ts';
