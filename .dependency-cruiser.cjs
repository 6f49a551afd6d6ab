/**
 * The one-way import rule. The folders of src/ in the order of the way that data takes (docs/architecture.md draws it):
 * each may import those before it, and nothing behind it.
 */
const STAGES = [
  'model',
  'istio',
  'parse',
  'print',
  'collect',
  'evaluate',
  'rules',
  'layout',
  'infer',
  'observe',
  'expect',
  'sockets',
  'flow',
  'probe',
  'diagnose',
  'suppress',
  'report',
  'pipeline',
  'cli',
  'commands',
];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    // Of SARIF there are types alone, in @types/sarif.
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^sarif$' } },
    ...STAGES.map((stage, place) => ({
      name: `${stage}-imports`,
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: { path: '^src/', pathNot: `^src/(${STAGES.slice(0, place + 1).join('|')})/` },
    })),
    {
      name: 'use-cases-word-nothing',
      severity: 'error',
      from: { path: '^src/pipeline/' },
      to: { path: '^src/report/' },
    },
    {
      name: 'only-collect-touches-the-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(collect|cli|commands)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-collect-starts-programs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(collect|cli|commands)/' },
      to: { path: 'node_modules/execa' },
    },
    {
      name: 'the-engine-takes-no-more-than-captures-from-collect',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(collect|cli|commands)/' },
      to: { path: '^src/collect/', pathNot: '^src/collect/capture\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-stages-use-no-packages',
      severity: 'error',
      from: { path: '^src/(?!collect|suppress|report|cli|commands)[^/]+/' },
      to: { path: 'node_modules' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
