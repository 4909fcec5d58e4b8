/** How often a random test runs: its own small count times MC_TEST_RUNS. */
export function numRuns(count: number): number {
  return Math.ceil(count * Number(process.env.MC_TEST_RUNS ?? 1));
}
