import { configureGlobal } from 'fast-check';

/**
 * fast-check, with a seed that stays: a check of a change judges that change, and does not fail by the luck of a draw.
 * `MC_TEST_SEED=random` draws anew, a number repeats a run; `MC_TEST_RUNS` makes it long.
 */
export * from 'fast-check';

const SEED = process.env.MC_TEST_SEED ?? '20260217';
if (SEED !== 'random') configureGlobal({ seed: Number(SEED) });
