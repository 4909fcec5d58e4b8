/** Called with what a listener threw. */
export type ListenerErrors = (error: unknown) => void;

/** Who wants to be called back. One that throws neither keeps the others from being called nor stops the stream. */
export interface Listeners<T> {
  /** Calls back until the returned function is called. */
  add: (listener: (value: T) => void) => () => void;
  call: (value: T) => void;
}

/** No listeners yet. */
export function createListeners<T>(onError: ListenerErrors = printError): Listeners<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    add(listener) {
      // A wrapper of its own, so that a listener that is added twice is called twice and taken away once.
      const mine = (value: T) => listener(value);
      listeners.add(mine);
      return () => {
        listeners.delete(mine);
      };
    },
    call(value) {
      for (const listener of listeners) {
        try {
          listener(value);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}

/** Where a mistake of whoever uses the client is looked for, when no other place was named. */
function printError(error: unknown): void {
  console.error(error);
}
