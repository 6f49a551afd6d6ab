export { CONFIG_KEYS } from '../parse/config/keys.ts';
export { nearest } from '../parse/config/nearest.ts';
