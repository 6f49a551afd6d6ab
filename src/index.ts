/**
 * istio-nat as a library: the chain model, the parsers and printers, the layouts and the evaluator, without the
 * command line. All of it is pure: nothing here reads files or starts programs.
 */
export { type Comparison, type ComparisonScope, compareRulesets, type DifferentClass } from './evaluate/compare.ts';
export { evaluatePacket, Hooks, type Trace, type TraceStep } from './evaluate/packet.ts';
export { buildLayout, defaultConfig, expectedRouting, type LayoutOptions } from './layout/index.ts';
export type { Config, ConfigKey } from './model/config.ts';
export type { Diagnostic } from './model/diagnostic.ts';
export type { Family, TableFamily } from './model/family.ts';
export type { Match } from './model/match.ts';
export type { Packet, PacketHook, Verdict } from './model/packet.ts';
export type { Base, Chain, Rule, RuleReference, Ruleset, Table } from './model/ruleset.ts';
export type { Target } from './model/target.ts';
export { type ConfigFile, parseConfigFile } from './parse/config/index.ts';
export { type ParsedIptables, parseIptables } from './parse/iptables/index.ts';
export { parseNft } from './parse/nft/index.ts';
export { printListRules, printRule, printSave } from './print/iptables/index.ts';
export { printNft, printNftRule } from './print/nft/index.ts';
