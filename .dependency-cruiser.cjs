// Who may import whom: DESIGN's layer order as rules. `npm run check` runs them.

/** Families that serve a whole protocol. All others are their guests, and may use them: docs/decisions/0060. */
const HOST_FAMILIES = 'family-(?:route|generic)';
const GUEST_FAMILIES = 'family-(?!(?:route|generic)/)[^/]+';

/** Packages from the centre outwards; one may import those on earlier lines only. Siblings stand on one line. */
const PACKAGE_LAYERS = [
  ['core'],
  ['native', 'transport-contract'],
  [HOST_FAMILIES, 'transport-(?!contract)[^/]+', 'middleware'],
  [GUEST_FAMILIES],
  ['rtsock-bridge'],
  ['nlspace'],
  ['testkit'],
  ['integration-tests'],
];

/** The folders of core, likewise. */
const CORE_LAYERS = [
  ['wire'],
  ['schema', 'errors', 'logging'],
  ['queue', 'multicast'],
  ['socket', 'transport', 'client'],
  ['family'],
  ['domain'],
];

function outwards(name, folder, layers, comment) {
  return layers.slice(0, -1).map((layer, index) => ({
    name: `${name}: ${layer.join(', ').replaceAll('[^/]+', '*').replaceAll('(?!contract)', '')}`,
    comment,
    severity: 'error',
    from: { path: `^${folder}(${layer.join('|')})/` },
    to: {
      path: `^${folder}(${layers
        .slice(index + 1)
        .flat()
        .join('|')})/`,
    },
  }));
}

module.exports = {
  forbidden: [
    ...outwards(
      'packages point inwards',
      'packages/',
      PACKAGE_LAYERS,
      'The centre does not know who builds on it.',
    ).map((rule) => ({
      ...rule,
      // Tests may use what stands on the package: a suite, a test domain.
      from: { ...rule.from, pathNot: '/(dist/)?test/' },
    })),
    ...outwards(
      'core points inwards',
      'packages/core/src/',
      CORE_LAYERS,
      'wire knows no schema, a socket no family.',
    ).map((rule) => ({
      ...rule,
      // The seam is named everywhere.
      to: { ...rule.to, pathNot: '^packages/core/src/socket/netlink\\.ts$' },
    })),
    {
      name: 'siblings never meet',
      comment:
        'A family or a transport that needs another is a bridge: a package of its own. Middleware is given its words.',
      severity: 'error',
      from: {
        path: `^packages/(${HOST_FAMILIES}|transport-[^/]+|middleware)/`,
        pathNot: '^packages/transport-contract/',
      },
      to: {
        path: '^packages/(?:family-|transport-|middleware/)',
        pathNot: ['^packages/$1/', '^packages/transport-contract/'],
      },
    },
    {
      name: 'guests meet their hosts only',
      comment:
        'A generic family may serve what NETLINK_ROUTE serves; of other guests and of transports it knows nothing.',
      severity: 'error',
      from: { path: `^packages/(${GUEST_FAMILIES})/` },
      to: {
        path: '^packages/(?:family-|transport-|middleware/)',
        pathNot: ['^packages/$1/', `^packages/${HOST_FAMILIES}/`, '^packages/transport-contract/'],
      },
    },
    {
      name: 'the contract is for tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/(transport-contract|integration-tests)/' },
      to: { path: '^packages/transport-contract/' },
    },
    {
      name: 'core, families and middleware run in a browser',
      comment:
        'No node: modules in core, family-* or middleware: Uint8Array instead of Buffer, and what needs the system is injected.',
      severity: 'error',
      from: { path: '^packages/(core|family-[^/]+|middleware)/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sources never import tests',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^packages/[^/]+/(dist/)?test/' },
    },
    {
      name: 'packages meet at their entrance',
      comment: 'Import @nlspace/name, not a path into another package.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(src|dist)/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/dist/src/index\\.(js|d\\.ts)$',
          '^packages/[^/]+/src/index\\.ts$',
          '/dist/src/(differential|rtsock)/index\\.(js|d\\.ts)$',
          '^packages/family-route/dist/src/client/index\\.(js|d\\.ts)$',
          '^packages/family-route/src/client/index\\.ts$',
        ],
      },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'what is imported exists', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'what is imported is declared',
      comment: 'A package that is not in package.json works here by chance only.',
      severity: 'error',
      from: { path: '^(packages|benchmarks|examples)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    // Tests use the tools of the workspace; that sources declare their own is knip's to say.
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
