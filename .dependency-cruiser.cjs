/** The import walls: a folder of src → what it may import of ours, and which packages belong to one folder alone. */
const walls = {
  model: [],
  'store/port': ['model'],
  crypto: ['model'],
  oauth: ['model', 'store/port', 'crypto'],
  'oauth/management': ['oauth', 'model', 'store/port', 'crypto', 'management'],
  applications: ['model', 'store/port', 'crypto', 'management'],
  users: ['model', 'store/port', 'crypto', 'management'],
  management: ['model', 'store/port', 'crypto'],
  grants: ['model', 'store/port', 'crypto', 'management'],
  statistics: ['model', 'store/port', 'crypto', 'management'],
  'signing-keys': ['model', 'store/port', 'crypto', 'management'],
  'store/sqlite': ['model', 'store/port'],
  'store/mongo': ['model', 'store/port'],
  graphql: [
    'applications',
    'users',
    'grants',
    'statistics',
    'signing-keys',
    'management',
    'model',
    'oauth/management',
    'store/port',
    'crypto',
  ],
  http: ['oauth/endpoints', 'oauth/management', 'graphql', 'statistics', 'store/port', 'model'],
  configuration: ['model'],
};

const wallRules = Object.entries(walls).map(([folder, allowed]) => ({
  name: `${folder.replace('/', '-')}-wall`,
  comment: `src/${folder} may import only: ${[folder, ...allowed].join(', ')}`,
  severity: 'error',
  // A folder inside another one with a line of its own is not held to the other's.
  from: {
    path: `^src/${folder}/`,
    pathNot: Object.keys(walls)
      .filter((name) => name.startsWith(`${folder}/`))
      .map((name) => `^src/${name}/`),
  },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
}));

/** Package → the one place of ours that imports it. */
const owners = {
  '@photostructure/sqlite': '^src/store/sqlite/',
  mongoose: '^src/store/mongo/',
  koa: '^src/http/',
  '@apollo/server': '^src/graphql/',
  dataloader: '^src/graphql/',
  graphql: '^src/graphql/',
  'graphql-query-complexity': '^src/graphql/',
  'type-graphql': '^src/graphql/',
  '@node-rs/argon2': '^src/crypto/',
  jose: '^src/crypto/',
  '@peculiar/x509': '^src/start/',
  'bidi-js': '^src/model/',
  pino: '^src/log[.]ts$',
  'prom-client': '^src/metrics[.]ts$',
  yaml: '^src/configuration/',
};

const ownerRules = Object.entries(owners).map(([name, path]) => ({
  name: `${name.replace(/\W+/g, '-')}-has-one-importer`,
  severity: 'error',
  from: { path: '^src/', pathNot: path },
  to: { path: `^node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'The GraphQL types are as circular as what they describe (a user has grants, a grant has a user); they name each other by functions, which are called when all are loaded.',
      severity: 'error',
      from: { pathNot: '^src/graphql/(application|grant|key-set|registration|user)[.]ts$' },
      to: { circular: true },
    },
    {
      name: 'nobody-imports-the-root',
      comment: 'src/*.ts put the folders together: no folder knows them, but for the settings of config.ts',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+[.]ts$', pathNot: '^src/config[.]ts$' },
    },
    {
      name: 'the-store-has-one-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(store/|compose|open-product)' },
      to: { path: '^src/store/(sqlite|mongo|open-store)' },
    },
    {
      name: 'store-front-wall',
      comment: 'src/store/*.ts may import only: store, model',
      severity: 'error',
      from: { path: '^src/store/[^/]+[.]ts$' },
      to: { path: '^src/', pathNot: '^src/(store|model)/' },
    },
    {
      name: 'the-start-serves-nobody',
      comment: 'src/start knows of delivery only the listener',
      severity: 'error',
      from: { path: '^src/start/' },
      to: { path: '^src/(graphql|http|oauth)/', pathNot: '^src/http/listener[.]ts$' },
    },
    ...wallRules,
    ...ownerRules,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
