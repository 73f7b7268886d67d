// What `npm start` does first: it builds, where the compiler was installed; where not, what was built before is started.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

/** EX_CONFIG of sysexits.h, as of every start that the operator must do something about. */
const configurationStatus = 78;

const compiler = () => {
  try {
    return createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  } catch {
    return undefined; // npm ci --omit=dev
  }
};

const tsc = compiler();
if (tsc !== undefined) {
  process.argv.push('-p', 'tsconfig.build.json');
  await import(tsc); // in this process: a signal ends the build with it
} else if (!existsSync('dist/main.js')) {
  process.stderr.write(
    [
      'Tallygate did not start:',
      '- It is not built, and the compiler was left out of the installation. Install it and build:',
      '    npm ci --include=dev && npm run build',
      '',
    ].join('\n'),
  );
  process.exitCode = configurationStatus;
}
