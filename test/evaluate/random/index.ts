/** Random rules and packets that meet often enough to matter. */
export { arbitraryPacket } from './packets.ts';
export { arbitraryRules } from './rules.ts';
