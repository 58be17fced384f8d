import { type EventEmitter, once } from "node:events";

/** What a process tells, as far as it is listened to here. */
export interface ProcessEvents {
  /** The process: its signals. */
  readonly process: EventEmitter;
  /** What it prints to. */
  readonly output: EventEmitter;
}

/**
 * Resolves on SIGINT or SIGTERM, or when nobody reads what is printed any more. After that nobody
 * listens to signals: a second one ends the process at once.
 */
export async function untilStopped({ process, output }: ProcessEvents): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  // Without this, what is printed after a reader has gone would end the process with a trace.
  output.on("error", () => {});
  try {
    await Promise.race([
      once(process, "SIGINT", { signal }),
      once(process, "SIGTERM", { signal }),
      once(output, "error", { signal }),
    ]);
  } finally {
    settled.abort();
  }
}
