// What rules are told about the server itself, where all is well.
export const FACTS = {
  watcher: { state: 'available', mode: 'native', reason: null, wanted: false },
  backups: {
    scheduled: true,
    listed: true,
    ageSeconds: 60,
    limitSeconds: 43_200,
    failure: null,
    drillFailure: null,
    damaged: [],
  },
  ended: { completed: 10, failed: 0 },
  setAside: [],
  upMs: 60_000,
};
