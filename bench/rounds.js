// How often and how long each request is measured, and what is made of it.
export const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
export const seconds = Number(process.env.BENCH_SECONDS ?? 3);

export const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];

/** Progress, beside the page on standard output. */
export const say = (line) => process.stderr.write(`${line}\n`);
