import {
  type Agent,
  type Alert,
  applyEvent,
  emptySnapshot,
  type HelloData,
  isJournalled,
  isSnapshotFrame,
  type KeptNotification,
  type McEvent,
  type Office,
  type Position,
  type ServerFrame,
  type Snapshot,
  type Task,
  type TaskFile,
} from '../protocol/index.js';
import { createListeners, type ListenerErrors } from './listeners.js';
import { createStream } from './stream.js';

/** The mirror at one moment. Never changes: what did not change since an earlier view is the same object in both. */
export interface MirrorView {
  /** +1 with each view. */
  readonly version: number;
  readonly agents: ReadonlyMap<string, Agent>;
  readonly office: Office | null;
  readonly tasks: ReadonlyMap<TaskFile, readonly Task[]>;
  /** Newest last. */
  readonly notifications: readonly KeptNotification[];
  /** Those that fire, by id, in the order in which they began to. */
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Of the last event that is part of the view; null before the first. */
  readonly position: Position | null;
  /** False until the first snapshot is whole and while a new one comes in; the old one is shown meanwhile. */
  readonly synced: boolean;
  readonly hello: HelloData | null;
}

/** Its functions need no `this`: they can be handed on as they are. */
export interface Mirror {
  /** Takes in a frame; one that was seen already changes nothing. Never throws at frames it does not know. */
  apply: (frame: ServerFrame) => void;
  /** Calls back after changes, once for all that came together, until the returned function is called. */
  subscribe: (listener: () => void) => () => void;
  /** The present view; the same object until something changes. */
  getSnapshot: () => MirrorView;
}

/** A mirror that has seen nothing. What a listener throws goes to `onListenerError`, by default to the console. */
export function createMirror({ onListenerError }: { onListenerError?: ListenerErrors } = {}): Mirror {
  const stream = createStream();
  const listeners = createListeners<void>(onListenerError);
  let shown = emptySnapshot();
  /** A snapshot that is coming in. It is shown when it is whole, so that nothing flickers. */
  let coming: Snapshot | null = null;
  let synced = false;
  let hello: HelloData | null = null;
  let view = viewOf(
    { version: 0, agents: new Map(), tasks: new Map(), office: null, notifications: [], alerts: new Map() },
    null,
  );
  let stale = { view: false, agents: false, tasks: false, alerts: false };
  let calling = false;

  function viewOf(
    parts: Pick<MirrorView, 'version' | 'agents' | 'tasks' | 'office' | 'notifications' | 'alerts'>,
    position: Position | null,
  ): MirrorView {
    return Object.freeze({ ...parts, position, synced, hello });
  }

  const changed = () => {
    stale.view = true;
    if (calling) return;
    calling = true;
    queueMicrotask(() => {
      calling = false;
      listeners.call();
    });
  };

  const begin = () => {
    coming = emptySnapshot();
    synced = false;
    changed();
  };

  const show = () => {
    if (coming) {
      shown = coming;
      coming = null;
      stale = { view: true, agents: true, tasks: true, alerts: true };
    }
    synced = true;
    changed();
  };

  const take = (event: McEvent) => {
    applyEvent(coming ?? shown, event);
    if (coming) return;
    stale.agents ||= event.type === 'agent_status' || event.type === 'agent_removed';
    stale.tasks ||= event.type === 'task_update';
    stale.alerts ||= event.type === 'alert';
    changed();
  };

  return {
    apply(frame) {
      const order = stream.see(frame);
      if (order === 'repeat' || order === 'foreign') return;
      // A snapshot frame means what its event means; only its position is missing, which applyEvent does not read.
      if (isJournalled(frame) || isSnapshotFrame(frame)) take(frame as McEvent);
      else if (frame.type === 'hello') {
        hello = frame.data;
        coming = null;
        if (!hello.resumed) begin();
        changed();
      } else if (frame.type === 'resync') begin();
      else if (frame.type === 'synced') show();
    },
    subscribe: listeners.add,
    getSnapshot() {
      if (!stale.view) return view;
      const { office, notifications } = shown;
      const agents = stale.agents ? new Map(shown.agents) : view.agents;
      const tasks = stale.tasks ? new Map(shown.tasks) : view.tasks;
      const alerts = stale.alerts ? new Map(shown.alerts) : view.alerts;
      stale = { view: false, agents: false, tasks: false, alerts: false };
      view = viewOf({ version: view.version + 1, agents, tasks, office, notifications, alerts }, stream.position());
      return view;
    },
  };
}
