export type OneByOne = <T>(work: () => Promise<T>) => Promise<T>;

/** Does one thing after the other, in the order in which they were asked for, whatever became of those before. */
export const oneByOne = (): OneByOne => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
};
