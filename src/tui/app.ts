import { McError } from '../base/index.js';
import { RestError, type WebSocketLike } from '../client/index.js';
import type { Effect, Message } from './effects.js';
import { createFrames } from './terminal/frames.js';
import { type InkKey, keysOf, mouseOf } from './terminal/input.js';
import { type Model, newModel, type Options, type Tab } from './model.js';
import { alarmSequence, copySequence } from './terminal/osc.js';
import { createPasteReader } from './terminal/paste.js';
import { createPainter } from './terminal/painter.js';
import { createPoller } from './link/poller.js';
import { wantedPolls } from './screens/index.js';
import type { Request } from './requests.js';
import { createSession, type Seek } from './link/session.js';
import { createStore } from './link/store.js';
import { createModes, type Output } from './terminal/terminal.js';
import { themeOf } from './draw/theme.js';
import { update } from './update.js';
import { frameOf } from './view.js';

export interface AppOptions {
  output: Output;
  seek: Seek;
  socket: (url: string, token?: string) => WebSocketLike;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** 0 to 1. */
  random: () => number;
  options: Options;
  start: { screen: Tab; filter: string };
  /** Somebody wants to go back to the shell for a while. */
  onSuspend?: () => void;
}

/** A dashboard at work: what comes from server, keyboard and clock goes through `update`, and what changed is painted. */
export interface App {
  /** One input as Ink reports it. */
  input(input: string, key: InkKey): void;
  /** Gives the terminal back for a while: nothing is drawn until `resume`. */
  suspend(): void;
  /** Takes the terminal again, whatever has become of it, and draws everything. */
  resume(): void;
  /** Ends with the exit status that `done` resolves to. */
  quit(status: number): void;
  readonly done: Promise<number>;
  /** Gives the terminal back; can be called twice, also while the process dies. */
  leave: () => void;
  readonly model: Model;
}

/** Takes the terminal, paints the first frame and begins to look for the server. */
export function startApp({ output, seek, socket, now, random, options, start, onSuspend }: AppOptions): App {
  const store = createStore(now);
  const painter = createPainter((text) => output.write(text));
  const modes = createModes(output, options.mouse);
  const pastes = createPasteReader();
  const size = () => ({ columns: output.columns || 80, rows: output.rows || 24 });
  let model = newModel(store.getSnapshot(), size(), options, start);
  let theme = themeOf(options.theme, options.unicode);
  let away = false;
  let finish: (status: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    finish = resolve;
  });

  const paint = () => {
    if (away) return 0;
    const data = store.getSnapshot();
    if (data !== model.data) apply({ type: 'data', data });
    const { theme: name, unicode } = model.options;
    if (name !== theme.name || unicode !== theme.unicode) theme = themeOf(name, unicode);
    return painter.paint(frameOf(model, theme));
  };
  const frames = createFrames({ draw: paint, blocked: () => output.writableNeedDrain === true, now });

  const apply = (message: Message) => {
    const step = update(model, message);
    model = step.model;
    for (const effect of step.effects) act(effect);
  };

  const act = (effect: Effect) => {
    switch (effect.type) {
      case 'request':
        void send(effect.request);
        break;
      case 'copy':
        output.write(copySequence(effect.text));
        break;
      case 'alarm':
        output.write(alarmSequence(effect.text));
        break;
      case 'mouse':
        modes.mouse(effect.on);
        break;
      case 'suspend':
        onSuspend?.();
        break;
      case 'refresh':
        painter.reset();
        session.wake();
        poller.refresh();
        break;
      default:
        quit(0);
    }
  };

  const send = async (request: Request) => {
    const rest = session.rest();
    try {
      if (rest === null) throw new McError('server.unreachable', 'there is no server');
      const value = await rest.call(request.call);
      apply({ type: 'answered', request, ok: true, value });
    } catch (error) {
      apply({ type: 'answered', request, ok: false, ...failure(error) });
    }
    frames.request(true);
  };

  const want = () => poller.want(wantedPolls(model));
  const session = createSession({ seek, socket, store, now, random });
  const poller = createPoller(store, session.rest, now);

  const clock = setInterval(() => {
    store.tick();
    want();
  }, 1000);
  const unsubscribe = store.subscribe(() => frames.request(false));

  const quit = (status: number) => {
    clearInterval(clock);
    output.off('resize', resized);
    unsubscribe();
    frames.stop();
    session.stop();
    modes.leave();
    finish(status);
  };

  const resized = () => {
    painter.reset();
    apply({ type: 'size', size: size() });
    frames.request(true);
  };

  // Before the first frame, and not with Ink, which comes later: a window that changes meanwhile is heard too.
  output.on('resize', resized);
  modes.enter();
  paint();
  return {
    input(input, key) {
      const pasted = pastes.take(input, key, now());
      if (pasted === 'more') return;
      const event = pasted === null ? mouseOf(input) : null;
      if (event === 'ignored') return;
      if (pasted !== null) apply({ type: 'paste', text: pasted.text });
      else if (event !== null) apply({ type: 'mouse', event });
      else for (const name of keysOf(input, key)) apply({ type: 'key', key: name });
      want();
      frames.request(true);
    },
    suspend() {
      away = true;
      modes.leave();
    },
    resume() {
      away = false;
      // Not only after a `suspend`: who was stopped by force has never left, and the shell has written into the picture.
      modes.leave();
      modes.enter();
      painter.reset();
      apply({ type: 'size', size: size() });
      session.wake();
      frames.request(true);
    },
    quit,
    done,
    leave: modes.leave,
    get model() {
      return model;
    },
  };
}

function failure(error: unknown): { error: string; hint: string | null; code: string | null } {
  if (error instanceof RestError) return { error: error.message, hint: error.hint, code: error.code };
  const message = error instanceof Error ? error.message : String(error);
  return { error: message, hint: error instanceof McError ? (error.hint ?? null) : null, code: null };
}
