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
      'no-restricted-syntax': ['error', ...decoratorWithoutType, environmentReader, processExit],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/graphql/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'max-params': 'off' },
  },
  {
    files: ['src/config.ts', 'src/main.ts', 'src/program.ts', 'src/graphql/emit-schema.ts'],
    rules: { 'no-restricted-syntax': ['error', ...decoratorWithoutType] },
  },
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
