/**
 * istio-nat as a library: the questions that the command line answers, as functions of facts and inputs, and beneath them
 * the chain model, the parsers and printers, the layouts and the evaluator. All of it is pure: nothing here reads files
 * or starts programs, and it runs in a browser.
 */

export type { Explanation } from './diagnose/catalogue/entry.ts';
export type { DiffAnswer, DiffDifference, DiffReport } from './diagnose/differences.ts';
export { type Comparison, type ComparisonScope, compareRulesets, type DifferentClass } from './evaluate/compare.ts';
export { evaluatePacket, Hooks, type Trace, type TraceStep } from './evaluate/packet.ts';
export { declaredOf, type GivenInputs } from './expect/declared.ts';
export type { LayoutForm } from './expect/forms.ts';
export { type Declared, type Layer, NOTHING_DECLARED } from './expect/layers.ts';
export type {
  FlowClassesAnswer,
  FlowClassesReport,
  FlowUnreachedAnswer,
  FlowUnreachedReport,
} from './flow/classes-types.ts';
export type { FlowAnswer, FlowQuestion, FlowReport } from './flow/types.ts';
export type { InferReport } from './infer/report.ts';
export { buildLayout, defaultConfig, expectedRouting, type LayoutOptions } from './layout/index.ts';
export type { Config, ConfigKey } from './model/config.ts';
export type { Diagnostic } from './model/diagnostic.ts';
export { CannotLook, UsageError } from './model/errors.ts';
export type { Family, TableFamily } from './model/family.ts';
export type { Match } from './model/match.ts';
export type { Packet, PacketHook, Verdict } from './model/packet.ts';
export type { Condition, RuleReason } from './model/reason.ts';
export type { CheckReport, Finding } from './model/report.ts';
export type { Base, Chain, Rule, RuleReference, Ruleset, Table } from './model/ruleset.ts';
export type { Target } from './model/target.ts';
export type { PacketError, TraceReport } from './model/trace.ts';
export type { Facts } from './observe/facts.ts';
export type { SavedOptions, SavedText } from './observe/saved.ts';
export { factsOfTexts } from './observe/texts.ts';
export { type ConfigFile, parseConfigFile } from './parse/config/index.ts';
export { type ParsedIptables, parseIptables } from './parse/iptables/index.ts';
export { parseNft } from './parse/nft/index.ts';
export { type CheckOptions, check } from './pipeline/check.ts';
export { type DiffAgainst, type DiffOptions, diff } from './pipeline/diff.ts';
export { type ExpectedLayout, expected } from './pipeline/expected.ts';
export { explain } from './pipeline/explain.ts';
export { flow } from './pipeline/flow.ts';
export { type ClassesOptions, flowClasses } from './pipeline/flow-classes.ts';
export { flowUnreached } from './pipeline/flow-unreached.ts';
export { infer } from './pipeline/infer.ts';
export { type SocketsAnswer, type SocketsOptions, sockets } from './pipeline/sockets.ts';
export { type TraceAnswer, type TracedLines, type TraceOptions, trace, traceLines } from './pipeline/trace.ts';
export { printListRules, printRule, printSave } from './print/iptables/index.ts';
export { printNft, printNftRule } from './print/nft/index.ts';
export { documentJson } from './report/json.ts';
export { reasonWords } from './report/reason.ts';
