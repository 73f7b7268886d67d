import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { buildManagementSchema, printManagementSchema } from './schema.js';

/** Beside `src` and `dist`, wherever the package is. */
const target = new URL('../../schema/schema.graphql', import.meta.url);

const isFresh = async (sdl: string): Promise<boolean> => {
  try {
    return (await readFile(target, 'utf8')) === sdl;
  } catch {
    return false; // not there yet
  }
};

const sdl = printManagementSchema(buildManagementSchema());

if (!process.argv.includes('--check')) {
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, sdl);
} else if (!(await isFresh(sdl))) {
  process.stderr.write('schema/schema.graphql is not what the code says: run `npm run schema` and commit it.\n');
  process.exitCode = 1;
}
