/** Runs all tasks, at most a given number at a time, and gives their results in the order of the tasks. */
export async function inTurns<T>(tasks: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> {
  const results: T[] = [];
  const waiting = tasks.entries();
  const worker = async () => {
    // The workers share one iterator, so each task is taken once.
    for (const [position, task] of waiting) results[position] = await task();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, worker));
  return results;
}
