import process from 'node:process';
import { expect, it } from '@jest/globals';
import { openMongoStores } from './adapters.js';
import { contracts } from './contracts.js';

const variable = 'TALLYGATE_TEST_MONGODB_URL';
const server = process.env[variable];

if (server !== undefined) {
  for (const contract of contracts) contract('MongoDB', () => openMongoStores(server));
} else {
  it('is told which MongoDB to use, at least in CI', () => {
    process.stderr.write(
      `\n######## MongoDB IS LEFT OUT: ${variable} is not set. Run: node scripts/mongodb-engine.mjs run -- npm test ########\n\n`,
    );
    expect(process.env['CI']).not.toBe('true');
  });
}
