import { type EventEmitter, once } from "node:events";

/** The events of a process that end the mock. */
export interface ProcessEvents {
  /** The process: its signals. */
  readonly process: EventEmitter;
  /** The stream that it prints to. */
  readonly output: EventEmitter;
}

/**
 * Resolves on SIGINT or SIGTERM, or when the reader of the output has gone. After that no signal is
 * caught: a second one ends the process at once.
 */
export async function untilStopped({ process, output }: ProcessEvents): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  // Without this listener, printing after the reader has gone would end the process with a stack
  // trace.
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
