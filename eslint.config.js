import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const decoratorWithoutType = ['Field', 'Arg', 'Query', 'Mutation', 'FieldResolver'].map((name) => ({
  selector: `Decorator > CallExpression[callee.name="${name}"]:not(:has(> ArrowFunctionExpression))`,
  message: `Give @${name} its GraphQL type as a function: decorator metadata is off.`,
}));

const environmentReader = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only src/config.ts reads the environment.',
};

const processExit = {
  selector: 'MemberExpression[object.name="process"][property.name="exit"]',
  message: 'Only src/main.ts and src/program.ts end the process.',
};

const systemClock = [
  'MemberExpression[object.name="Date"][property.name="now"]',
  'NewExpression[callee.name="Date"][arguments.length=0]',
  'CallExpression[callee.name="Date"]',
  'MemberExpression[object.name="performance"]',
].map((selector) => ({ selector, message: 'The clock is a parameter (src/model/clock.ts).' }));

/** Who may look at the clocks of the machine, and why. None of them tells anybody what time it is but those that make a `Clock`. */
const readsSystemClock = [
  'src/store/sqlite/steady-clock.ts', // makes the Clock of the embedded store
  'src/store/sqlite/disk.ts', // how long the disk takes
  'src/store/sqlite/gathering.ts', // how long a COMMIT took, and writes have waited for one
  'src/store/mongo/store-clock.ts', // makes the Clock of MongoDB, from the time of the server and the time since
  'src/store/mongo/connection.ts', // how long the question for that time was under way
  'src/server.ts', // the validity of the certificate, which is made before there is a store
  'src/http/app.ts', // how long an answer took, for metrics and log
  'src/store/mongo/request-time.ts', // how much of its time a request has left
  'src/store/mongo/health.ts', // how long ago MongoDB answered
  'src/store-wait.ts', // how long the start has waited for its store
  'src/management/until-decided.ts', // how long it may still be tried
  'src/crypto/hash-pool.ts', // how long a password may wait for a thread
];

const lookAtSecret = {
  selector: 'CallExpression[callee.property.name="reveal"]',
  message: 'Only src/crypto looks at a Secret, and whoever hands one out (eslint.config.js).',
};

/** Where a `Secret` leaves us, and how. */
const handsOutSecrets = [
  'src/crypto/**/*.ts', // as digest, hash, key or signature
  'src/oauth/endpoints/token.ts', // the answer with the tokens
  'src/graphql/access-token.ts', // shown once
  'src/graphql/key-set-mutations.ts', // shown once
  'src/http/listener.ts', // to TLS
  'src/open-product.ts', // the address of the database, to its driver
  'src/start/certificate.ts', // into a file of the owner's
  'src/start/quickstart.ts', // into a file of the owner's
  'src/start/welcome.ts', // onto the terminal of the first start
];

/** `no-restricted-syntax` of our sources, without what a file is the place for. */
const restricted = (...allowed) => [
  'error',
  ...[...decoratorWithoutType, environmentReader, processExit, lookAtSecret, ...systemClock].filter(
    (rule) => !allowed.includes(rule),
  ),
];

export default tseslint.config(
  { ignores: ['dist', 'coverage', '.tallygate', '.cache', '*.cjs'] },
  eslint.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        performance: 'readonly',
        btoa: 'readonly',
        Request: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }],
      'max-lines': ['error', { max: 250 }],
      'no-restricted-syntax': restricted(),
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'scripts/**/*.mjs', 'bench/**/*.js', 'interop/**/*.js'],
    rules: { 'max-lines-per-function': ['error', { max: 30, skipComments: true }] },
  },
  { files: ['src/**/*.ts'], rules: { 'max-params': ['error', 3] } },
  {
    files: ['src/graphql/**/*.ts'],
    // A field of a GraphQL type is given by its decorator, and its arguments are parameters.
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-params': 'off' },
  },
  { files: ['src/config.ts'], rules: { 'no-restricted-syntax': restricted(environmentReader) } },
  { files: ['src/main.ts', 'src/program.ts'], rules: { 'no-restricted-syntax': restricted(processExit) } },
  { files: handsOutSecrets, rules: { 'no-restricted-syntax': restricted(lookAtSecret) } },
  { files: readsSystemClock, rules: { 'no-restricted-syntax': restricted(...systemClock) } },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
    },
  },
);
