/** Reads of nouns: at once when a change stands alone, joined when they come thick, never delivered out of order. */
export interface ReadQueue<Item, Value> {
  /** Something about this item changed: it is read, and read again when it changes while being read. */
  mark(key: string, item: Item): void;
  /** Marks, and resolves with what a read found that began after this call, when it is delivered; undefined when closed. */
  look(key: string, item: Item): Promise<Value | undefined>;
  /** Reads begin; before that, marks are only kept. */
  release(): void;
  /** Resolves when nothing is marked or being read. */
  idle(): Promise<void>;
  /** Nothing is delivered from now on; resolves when the last read has ended. */
  close(): Promise<void>;
}

export interface ReadQueueOptions<Item, Value> {
  /** Must not reject. */
  read: (item: Item) => Promise<Value>;
  deliver: (item: Item, value: Value) => void;
  /** True when a repeated read found nothing new: it is not delivered. */
  isSame: (a: Value, b: Value) => boolean;
  /** Changes within this time after a read began are joined into one more read, in milliseconds. */
  joinMs?: number;
  /**
   * How many reads run at one time (8: more only makes the turns of the event loop longer). One that takes longer than `joinMs`
   * waits for a half-written file and no longer counts, but never do more than four times as many run.
   */
  atOnce?: number;
}

interface Entry<Item, Value> {
  key: string;
  item: Item;
  /** Runs for `joinMs` from the start of a read. */
  window: NodeJS.Timeout | null;
  /** Marked while the window was open. */
  again: boolean;
  running: number;
  /** Reads are numbered: one that ends after a later one was delivered is dropped. */
  started: number;
  delivered: number;
  last: { value: Value } | null;
  /** Who waits for a read of at least this number. */
  lookers: { from: number; resolve: (value: Value | undefined) => void }[];
}

export function createReadQueue<Item, Value>(options: ReadQueueOptions<Item, Value>): ReadQueue<Item, Value> {
  const { read, deliver, isSame, joinMs = 20, atOnce = 8 } = options;
  const entries = new Map<string, Entry<Item, Value>>();
  const waiting = new Set<Entry<Item, Value>>();
  let idlers: (() => void)[] = [];
  let slots = atOnce;
  let running = 0;
  let open = false;
  let closed = false;
  let pumping = false;

  return {
    mark(key, item) {
      if (closed) return;
      const entry = entryOf(key, item);
      if (entry.window) entry.again = true;
      else enqueue(entry);
    },
    look(key, item) {
      if (closed) return Promise.resolve(undefined);
      const entry = entryOf(key, item);
      const from = entry.started + 1;
      return new Promise((resolve) => {
        entry.lookers.push({ from, resolve });
        this.mark(key, item);
      });
    },
    release() {
      open = true;
      pump();
    },
    idle: () => new Promise((resolve) => (entries.size === 0 ? resolve() : idlers.push(resolve))),
    async close() {
      closed = true;
      waiting.clear();
      for (const entry of entries.values()) {
        if (entry.window) clearTimeout(entry.window);
        entry.window = null;
        entry.again = false;
        for (const { resolve } of entry.lookers.splice(0)) resolve(undefined);
        forget(entry);
      }
      if (entries.size > 0) await this.idle();
    },
  };

  function entryOf(key: string, item: Item): Entry<Item, Value> {
    const known = entries.get(key);
    if (known) return known;
    const entry: Entry<Item, Value> = {
      key,
      item,
      window: null,
      again: false,
      running: 0,
      started: 0,
      delivered: 0,
      last: null,
      lookers: [],
    };
    entries.set(key, entry);
    return entry;
  }

  function enqueue(entry: Entry<Item, Value>): void {
    waiting.add(entry);
    if (pumping || !open) return;
    pumping = true;
    // Not now: the system often reports one write twice in a row, and one read serves both.
    setImmediate(() => {
      pumping = false;
      pump();
    });
  }

  function pump(): void {
    for (const entry of waiting) {
      if (slots <= 0 || running >= atOnce * 4 || !open || closed) return;
      waiting.delete(entry);
      start(entry);
    }
  }

  function start(entry: Entry<Item, Value>): void {
    entry.started += 1;
    entry.running += 1;
    slots -= 1;
    running += 1;
    const number = entry.started;
    let counts = true;
    const giveBack = (): void => {
      if (counts) slots += 1;
      counts = false;
    };
    entry.window = setTimeout(() => {
      giveBack();
      endWindow(entry);
    }, joinMs);
    void read(entry.item).then((value) => {
      giveBack();
      settle(entry, number, value);
    });
  }

  function endWindow(entry: Entry<Item, Value>): void {
    entry.window = null;
    if (entry.again) waiting.add(entry);
    entry.again = false;
    forget(entry);
    pump();
  }

  function settle(entry: Entry<Item, Value>, number: number, value: Value): void {
    entry.running -= 1;
    running -= 1;
    if (number > entry.delivered && !closed) {
      const isNew = entry.last === null || !isSame(entry.last.value, value);
      entry.delivered = number;
      entry.last = { value };
      if (isNew) deliver(entry.item, value);
    }
    const answered = entry.lookers.filter(({ from }) => from <= number);
    entry.lookers = entry.lookers.filter(({ from }) => from > number);
    for (const { resolve } of answered) resolve(value);
    forget(entry);
    pump();
  }

  function forget(entry: Entry<Item, Value>): void {
    if (entry.window || entry.running > 0 || waiting.has(entry)) return;
    entries.delete(entry.key);
    if (entries.size > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  }
}
