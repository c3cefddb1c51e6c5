/** Who may import whom: the layout of docs/developer/architecture.md as rules. A test plants a forbidden import and expects a refusal. */
const TESTS = '\\.(test|bench)\\.ts$';
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: TESTS },
  to: {
    path: '^(proto|common|master|agent|scheduler-sdk|executor-sdk|frameworks|cli|webui|test|scripts)/',
    pathNot: `^(${[from, ...allowed].join('|')})/`,
  },
});

module.exports = {
  forbidden: [
    only('proto-imports-nothing', 'proto', [], 'The wire stands alone.'),
    only('common-imports-proto', 'common', ['proto'], 'What two parts need must not know either.'),
    only('master-stands-alone', 'master', ['proto', 'common'], 'Master, agent and SDK meet on the wire only.'),
    only('agent-stands-alone', 'agent', ['proto', 'common'], 'Master, agent and SDK meet on the wire only.'),
    only(
      'scheduler-sdk-stands-alone',
      'scheduler-sdk',
      ['proto', 'common'],
      'Authors import the SDK without the daemons.',
    ),
    only(
      'executor-sdk-stands-alone',
      'executor-sdk',
      ['proto', 'common'],
      'Authors import the SDK without the daemons.',
    ),
    only(
      'frameworks-use-the-sdks',
      'frameworks',
      ['proto', 'common', 'scheduler-sdk', 'executor-sdk'],
      'A framework is a user of the SDK.',
    ),
    only(
      'cli-talks-over-the-wire',
      'cli',
      ['proto', 'common', 'frameworks/[^/]+/cli'],
      'The CLI speaks to daemons over their APIs.',
    ),
    {
      name: 'frameworks-stand-alone',
      comment: 'A framework can be taken out whole; what several share is in the SDKs, or in the data service.',
      severity: 'error',
      from: { path: '^frameworks/([^/]+)/' },
      to: { path: '^frameworks/', pathNot: '^frameworks/($1|data-service)/' },
    },
    {
      name: 'only-tests-import-test',
      comment: 'Support for tests never ships.',
      severity: 'error',
      from: { path: '^(proto|common|master|agent|scheduler-sdk|executor-sdk|frameworks|cli|webui)/', pathNot: TESTS },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle hides which part is the lower one.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment: 'Every import must exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist)/|^proto/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
