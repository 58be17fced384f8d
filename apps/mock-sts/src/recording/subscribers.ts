/** Tells those who listen that something happened. */
export interface Signal {
  emit(): void;
  /** Calls a function at each event until the returned one is called. */
  subscribe(listener: () => void): () => void;
}

/** Creates a signal nobody listens to. */
export function createSignal(): Signal {
  const listeners = new Set<() => void>();
  return {
    emit() {
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
