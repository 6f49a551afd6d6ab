/**
 * The one-way import rule: collect → parse → model → evaluate → diagnose → report, as docs/architecture.md draws it.
 * Each stage lists what it may import from; everything else in src/ is forbidden to it.
 */
const STAGES = {
  model: [],
  parse: ['model'],
  print: ['model'],
  layout: ['model'],
  evaluate: ['model'],
  infer: ['model', 'layout', 'evaluate', 'print'],
  sockets: ['model', 'evaluate'],
  diagnose: ['model', 'evaluate', 'layout', 'print', 'sockets'],
  collect: ['model'],
  report: ['model', 'diagnose', 'evaluate', 'sockets'],
  pipeline: ['model', 'parse', 'print', 'layout', 'evaluate', 'infer', 'sockets', 'diagnose', 'collect'],
  cli: ['model', 'pipeline', 'report', 'diagnose'],
  commands: ['model', 'pipeline', 'report', 'diagnose', 'cli'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(STAGES).map(([stage, allowed]) => ({
      name: `${stage}-imports`,
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: { path: '^src/', pathNot: `^src/(${[stage, ...allowed].join('|')})/` },
    })),
    {
      name: 'only-collect-touches-the-outside',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(collect|cli|commands)/' },
      to: { path: '^(node:)?(child_process|fs|fs/promises|net|dgram|os|process)$|node_modules/execa' },
    },
    {
      name: 'pure-stages-use-no-packages',
      severity: 'error',
      from: { path: '^src/(model|parse|print|layout|evaluate|sockets|diagnose)/' },
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
