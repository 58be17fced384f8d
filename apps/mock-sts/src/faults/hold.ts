/** Requests held back by the control `hold`. */
export interface Hold {
  /** Number of requests held now. */
  readonly waiting: number;
  /** Resolves as soon as `count` (default 1) requests are held. */
  arrived(count?: number): Promise<void>;
  /** Releases the held requests, and lets all later ones pass. */
  release(): void;
}

/** The two sides of a hold: the side of the test, and the side of the requests. */
export interface Gate {
  readonly hold: Hold;
  /** Waits until the gate is open. */
  admit(): Promise<void>;
}

/** Creates a closed gate; `onRelease` is called when it opens. */
export function createGate(onRelease: () => void): Gate {
  let waiting = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const watchers = new Set<() => void>();
  const hold: Hold = {
    get waiting() {
      return waiting;
    },
    arrived: (count = 1) =>
      new Promise((resolve) => {
        const check = () => {
          if (waiting < count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    release() {
      onRelease();
      open();
    },
  };
  return {
    hold,
    async admit() {
      waiting++;
      for (const check of watchers) check();
      await opened;
      waiting--;
    },
  };
}
