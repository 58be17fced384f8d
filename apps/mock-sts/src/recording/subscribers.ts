/** Functions that want to hear of an event. */
export interface Subscribers<T> {
  /** Calls every function. A function that throws or rejects disturbs neither the others nor the caller. */
  emit(event: T): void;
  /** Calls a function at each event, until the returned function is called. */
  subscribe(listener: Listener<T>): () => void;
}

/** Hears of an event; a promise that it returns is not awaited. */
export type Listener<T> = (event: T) => unknown;

/** Creates an empty set of subscribers. */
export function createSubscribers<T = void>(): Subscribers<T> {
  const listeners = new Set<Listener<T>>();
  return {
    emit(event) {
      for (const listener of listeners) void call(listener, event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function call<T>(listener: Listener<T>, event: T): Promise<void> {
  try {
    await listener(event);
  } catch {
    // The mock goes on: an error of a listener must not fail a request.
  }
}
