import process from 'node:process';
import { expect, it } from '@jest/globals';

const variable = 'TALLYGATE_TEST_MONGODB_URL';

/** Describes something on the MongoDB of the tests. Without one it says loudly that it is left out, and fails in CI. */
export const onMongoDB = (describeOn: (serverUrl: string) => void): void => {
  const server = process.env[variable];
  if (server !== undefined && server !== '') {
    describeOn(server);
    return;
  }
  it('is told which MongoDB to use, at least in CI', () => {
    process.stderr.write(
      `\n######## MongoDB IS LEFT OUT: ${variable} is not set. Run: node scripts/mongodb-engine.mjs run -- npm test ########\n\n`,
    );
    expect(process.env['CI']).not.toBe('true');
  });
};
