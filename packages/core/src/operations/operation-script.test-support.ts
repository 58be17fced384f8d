import { createFakeClock } from "../testing/fake-clock.ts";
import { createOperationCache } from "./create-operation-cache.ts";
import type { OperationCacheOptions } from "./operation-cache.ts";

/** A cache on a clock of its own, and an API that answers when the test says so. */
export function operationScript(options: OperationCacheOptions = {}) {
  const clock = createFakeClock();
  const cache = createOperationCache({ clock, ...options });
  const runs: ScriptedRun[] = [];
  let holding = false;
  /** Answers `1`, `2`, … in the order of its runs. */
  const api = (...args: readonly unknown[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const answer = runs.length + 1;
    runs.push({ args, reject, release: () => resolve(answer) });
    if (!holding) resolve(answer);
    return promise;
  };
  const hold = () => {
    holding = true;
  };
  return { clock, cache, api, runs, hold };
}

/** One run of the scripted API. */
export interface ScriptedRun {
  readonly args: readonly unknown[];
  readonly release: () => void;
  readonly reject: (error: unknown) => void;
}
