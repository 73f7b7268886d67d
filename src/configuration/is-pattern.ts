/** Whether the second half of some values, or of the steps between them, only repeats what came before: nobody draws that at random. */
export const isPattern = (values: readonly number[]): boolean =>
  repeatsItself(values) || repeatsItself(values.slice(1).map((value, index) => value - (values[index] ?? 0)));

const repeatsItself = (values: readonly number[]): boolean =>
  values.some((_, period) => period > 0 && 2 * period <= values.length && hasPeriod(values, period));

const hasPeriod = (values: readonly number[], period: number): boolean =>
  values.every((value, index) => index < period || value === values[index - period]);
