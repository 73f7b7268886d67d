#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=512 --no-allocation-site-pretenuring
// Nothing is imported before a signal can be heard: loading the program takes most of a start.

/** A command, in front of all flags, was to find something out: one that was cut off did not. */
const isServer = process.argv[2]?.startsWith('--') ?? true;

/** What a signal does. Node loses one that comes while its listener is exchanged for another, so there is one for good. */
let heard: (signal: string) => void = () => process.exit(0);
if (isServer) for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => heard(signal));
// Node would open its debugger to every user of this machine: what a tool that rotates logs sends must not hand out keys and passwords.
process.on('SIGUSR1', () => undefined);

const { nodeRefusal } = await import('./node-version.js');
const refusal = nodeRefusal(process.versions.node);
if (refusal === undefined) {
  const { runProgram } = await import('./program.js');
  await runProgram(process.argv.slice(2), (stop) => (heard = stop));
} else {
  process.stderr.write(refusal);
  process.exitCode = 78; // as of every start that the operator must do something about
}
