import { type Clock, McError } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { EventDraft } from '../protocol/index.js';
import { type Announcement, announceNotice, announcePause, notificationDraft } from './record/announcements.js';
import { type Conditions, type Happening, HELD_REASON, isOpen, writingOf } from './condition.js';
import { isDamage, isFull, isHeld } from './store/database.js';
import type { OwnEvent } from './store/event-rows.js';
import type { Keeper } from './keeper.js';
import type { Notice } from './store/prepare.js';

/** Decides what an error of the database asks for: waiting, pausing, another file; and reports it. */
export interface Custody {
  /** As a line of the event log, and to people where it is worth a notification. */
  announce: (announcement: Announcement) => void;
  announceAll: (notices: readonly Notice[]) => void;
  trouble: (error: unknown) => Promise<void>;
  /** Puts another file in the place of the database; meanwhile nobody reads or writes. */
  exchange(why: string, work: () => Promise<Notice[]>): Promise<void>;
  /** The database cannot be opened for this reason. */
  stayAway(error: unknown): void;
  /** Something went well: what fails next is tried again soon. */
  eased(): void;
  stop(): void;
}

export interface CustodyOptions {
  keeper: Keeper;
  conditions: Conditions;
  clock: Clock;
  monotonic: () => number;
  log: Logger;
  publish: (drafts: EventDraft[]) => void;
  note: (type: OwnEvent, at: number, data: Record<string, unknown>) => void;
  /** Called when what another program held up may be possible again. */
  tryAgain: () => Promise<void>;
}

/** What another program holds is tried again after this long, then ever later. */
const RETRY_FROM_MS = 250;
const RETRY_AT_MOST_MS = 2000;

export function createCustody(options: CustodyOptions): Custody {
  const { keeper, conditions, clock, monotonic, log, note } = options;
  let retry: NodeJS.Timeout | null = null;
  let retryMs = RETRY_FROM_MS;
  let stopped = false;
  /** Why the database could not be opened the last time; null: it could. */
  let awayFor: string | null = null;

  const announce = (announcement: Announcement) => {
    const at = clock.now();
    note(announcement.type, at, announcement.data);
    const draft = notificationDraft(announcement, at);
    if (draft) options.publish([draft]);
  };

  const announceAll = (notices: readonly Notice[]) => {
    for (const notice of notices) {
      if (notice.kind === 'set_aside') conditions.happen({ it: 'set aside', reason: notice.reason });
      announce(announceNotice(notice));
    }
  };

  /** Reports the pause, if this is the beginning of one. */
  const hinder = (happening: Happening, error: string) => {
    const before = writingOf(conditions.now());
    conditions.happen(happening);
    const writing = writingOf(conditions.now());
    if (before.is === 'paused' || writing.is !== 'paused') return;
    log.error({ error }, `metrics are paused: ${writing.reason}`);
    announce(announcePause(writing.reason));
  };

  const retryLater = () => {
    if (retry !== null || stopped) return;
    retry = setTimeout(() => {
      retry = null;
      void options.tryAgain();
    }, retryMs).unref();
    retryMs = Math.min(retryMs * 2, RETRY_AT_MOST_MS);
  };

  const stayAway = (error: unknown) => {
    if (isHeld(error)) {
      conditions.happen({ it: 'unavailable', reason: HELD_REASON });
      retryLater();
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    conditions.happen({ it: 'unavailable', reason: `the database cannot be opened: ${reason}` });
    // It is tried again at each collection: what is known already would fill the log.
    if (reason !== awayFor) log.error({ err: error }, 'the metrics database cannot be opened');
    awayFor = reason;
  };

  const exchange = async (why: string, work: () => Promise<Notice[]>) => {
    conditions.happen({ it: 'unavailable', reason: why });
    try {
      const notices = await work();
      conditions.happen({ it: 'opened' });
      announceAll(notices);
    } catch (error) {
      stayAway(error);
    }
  };

  return {
    announce,
    announceAll,
    exchange,
    stayAway,
    async trouble(error) {
      // Nothing can be written while the database is away; what happens meanwhile is held.
      if (!isOpen(conditions.now())) return;
      const message = error instanceof Error ? error.message : String(error);
      if (isHeld(error)) {
        hinder({ it: 'held', at: monotonic(), now: clock.now() }, message);
        retryLater();
      } else if (isFull(error)) {
        hinder({ it: 'disk full', at: monotonic(), now: clock.now() }, message);
      } else if (isDamage(error)) {
        log.error({ error: message }, 'the metrics database is damaged: it is set aside');
        await exchange('the database is damaged and is being set aside', () => keeper.replace(error));
      } else {
        conditions.happen({ it: 'write failed', reason: message });
        log.error({ error: message }, 'metrics could not be written');
        note('collection_failed', clock.now(), { reason: message });
      }
    },
    eased() {
      awayFor = null;
      retryMs = RETRY_FROM_MS;
    },
    stop() {
      stopped = true;
      if (retry !== null) clearTimeout(retry);
    },
  };
}

/** What a database cannot answer just now is not a fault of whoever asks, nor of the server. */
export function unreadable(error: unknown): unknown {
  const hint = 'try again in a moment; mc serve logs what is wrong';
  if (isDamage(error)) return new McError('busy', 'the metrics database is damaged and is being set aside', { hint });
  return isHeld(error) ? new McError('busy', HELD_REASON, { hint }) : error;
}
