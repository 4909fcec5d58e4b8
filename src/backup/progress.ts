import type { BackupUpdate } from '../protocol/index.js';

export type OnUpdate = (update: BackupUpdate) => void;

/** Counts files and bytes of one piece of work and reports them, at most ten times a second. */
export class Progress {
  #files = 0;
  #bytes = 0;
  #last = 0;
  readonly #id: string;
  readonly #action: string;
  readonly #onUpdate: OnUpdate;
  #total = { files: 0, bytes: 0 };
  #phase = '';

  constructor(id: string, action: string, onUpdate: OnUpdate) {
    this.#id = id;
    this.#action = action;
    this.#onUpdate = onUpdate;
  }

  /** Begins a phase with what there is to do in it. */
  phase(phase: string, files: number, bytes: number): void {
    this.#phase = phase;
    this.#files = 0;
    this.#bytes = 0;
    this.#total = { files, bytes };
    this.#say();
  }

  add(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
    if (performance.now() - this.#last >= 100) this.#say();
  }

  #say(): void {
    this.#last = performance.now();
    this.#onUpdate({
      id: this.#id,
      state: 'progress',
      action: this.#action,
      phase: this.#phase,
      files_done: this.#files,
      files_total: this.#total.files,
      bytes_done: this.#bytes,
      bytes_total: this.#total.bytes,
    });
  }
}
