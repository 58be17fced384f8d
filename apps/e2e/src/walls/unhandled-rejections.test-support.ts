import { onTestFinished } from "vitest";

/** Catches what no code takes care of; until the test ends nobody else is told, or a failure would be told twice. */
export function unhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  });
  return unhandled;
}
