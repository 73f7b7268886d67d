const turnMillis = 10;

/**
 * How long `work` waits, in time that this process was awake: turns of 10 ms, and one that comes late counts once, so that a machine that is
 * busy with something else makes it no longer. For limits on waiting; not for what computes in this process, which keeps the turns away.
 */
export const awakeMillis = async (work: () => Promise<unknown>): Promise<number> => {
  let turns = 0;
  const counting = setInterval(() => (turns += 1), turnMillis);
  try {
    await work();
  } finally {
    clearInterval(counting);
  }
  return turns * turnMillis;
};
