import { watchClock } from '../base/index.js';
import type { MetricsOptions } from './contract.js';
import { createFleetEnds, type FleetEnds } from './record/fleet-endings.js';
import { createMachineProbe, type MachineProbe } from './record/probes.js';
import { createRecorder, type Recorder } from './record/recorder.js';
import type { Store } from './store/store.js';

/** Everything that counts and measures from the first opening of the database on, whatever becomes of its file. */
export interface Watching {
  recorder: Recorder;
  ends: FleetEnds;
  machine: MachineProbe;
  /** The clock may be set at any time: what lasts must not grow by that. */
  followClock(): void;
  /** Hears no more events. */
  stop(): void;
}

export interface WatchingOptions extends Pick<MetricsOptions, 'bus' | 'clock' | 'layout' | 'snapshot'> {
  monotonic: () => number;
  /** The store that is open now, which may be another one than at the beginning. */
  store: () => Store;
  onWriteError: (error: unknown) => void;
}

/** A clock that moved by more was set. */
const SET_MS = 2000;

/** Begins to record everything that happens. */
export function startWatching({
  snapshot,
  bus,
  clock,
  layout,
  monotonic,
  store,
  onWriteError,
}: WatchingOptions): Watching {
  const clockWatch = watchClock({ now: () => clock.now(), monotonic });
  let clockMoved = 0;
  const ends = createFleetEnds(store().db, clock.now());
  const machine = createMachineProbe(layout.database);
  const recorder = createRecorder({
    snapshot,
    saved: store().observed(),
    write: (events, intervals) => store().writeBatch(events, intervals),
    onWriteError,
    onOrphanEnding: ({ outcome }, at) => ends.add(outcome, at),
  });
  const followClock = () => {
    const moved = clockWatch.jumpMs();
    if (Math.abs(moved - clockMoved) < SET_MS) return;
    recorder.shift(moved - clockMoved);
    clockMoved = moved;
  };
  recorder.note('service_started', clock.now(), { pid: process.pid });
  recorder.begin(clock.now());
  const unsubscribe = bus.subscribe(({ event }) => {
    followClock();
    recorder.record(event);
  });
  return {
    recorder,
    ends,
    machine,
    followClock,
    stop() {
      unsubscribe();
      machine.stop();
    },
  };
}
