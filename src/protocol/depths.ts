/** How deep JSON may be nested, in levels. */
export const JSON_DEPTH = {
  /** In files, and so in what is held: deeper would overflow the stack of whoever compares or serialises it, here and in every client. */
  held: 200,
  /** In what a client sends: nothing that is sent needs more, and wrapped into an event it stays far below what may be held. */
  sent: 64,
} as const;
