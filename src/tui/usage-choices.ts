/** What the use of models can be summed up by on its screen, in the order of its keys. */
export const USED_BY = ['agent', 'model', 'project', 'runtime'] as const;
export type UsedBy = (typeof USED_BY)[number];

/** From when on, shortest first. `today`: since midnight here. */
export const USED_SINCE = ['today', '7d', '30d'] as const;
export type UsedSince = (typeof USED_SINCE)[number];
