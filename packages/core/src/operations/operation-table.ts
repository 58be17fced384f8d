import type { LRUCache } from "lru-cache";
import { boundedMap, deleteWhere } from "../collections/bounded-map.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { HybridClock } from "../time/hybrid-clock.ts";
import { untilAborted } from "../time/until-aborted.ts";
import { jwtExpiresAt } from "../token/jwt-claims.ts";
import { InFlightRun, type OperationResultOf } from "./in-flight-run.ts";
import { signalOf } from "./operation-arguments.ts";
import type {
  CachedOperation,
  OperationCache,
  OperationCacheOptions,
  OperationCacheStats,
  OperationFilter,
} from "./operation-cache.ts";
import type { Operation, OperationOptions } from "./operation-options.ts";
import { type OperationCall, type OperationUser, WrappedOperation } from "./wrapped-operation.ts";

/** How often expired results are removed. Without this, they would stay until the cache is full. */
const SWEEP_INTERVAL_MS = 60_000;
const FILTER_NAMES: OptionNames<OperationFilter> = { name: true, principal: true };

interface OperationEntry extends OperationResultOf {
  readonly value: unknown;
  /** Instant of the hybrid clock. */
  readonly end: number;
}

interface PendingCall {
  readonly operation: WrappedOperation;
  readonly call: OperationCall;
  readonly user: OperationUser;
  readonly key: string;
}

/** Decides for each call whether a cached result can be used, and lets concurrent callers share a run. */
export class OperationTable implements OperationCache {
  readonly #time: HybridClock;
  readonly #entries: LRUCache<string, OperationEntry>;
  /** The latest run of each key. Only this run may store its result. */
  readonly #inFlight = new Map<string, InFlightRun>();
  readonly #names = new Set<string>();
  readonly #counts = { hits: 0, misses: 0, runs: 0, failures: 0, evicted: 0 };
  #sweptAt: number;

  constructor({ maxEntries, clock }: Required<OperationCacheOptions>) {
    this.#time = new HybridClock(clock);
    this.#entries = boundedMap(maxEntries, () => this.#counts.evicted++);
    this.#sweptAt = this.#time.now();
  }

  wrap<F extends Operation>(
    fn: F,
    options: OperationOptions<Readonly<Parameters<F>>>,
  ): CachedOperation<F> {
    const operation = new WrappedOperation(
      fn as unknown as (...args: readonly unknown[]) => unknown,
      options as unknown as OperationOptions<readonly unknown[]>,
    );
    if (this.#names.has(operation.name)) {
      throw new TypeError(
        `Cannot wrap an operation: another operation has the "name" ${JSON.stringify(operation.name)}; wrap each operation once`,
      );
    }
    this.#names.add(operation.name);
    const calling =
      ({ fresh }: { fresh: boolean }) =>
      (...args: readonly unknown[]) =>
        this.#answer(operation, { args, fresh });
    const cached = Object.assign(calling({ fresh: false }), { fresh: calling({ fresh: true }) });
    return cached as unknown as CachedOperation<F>;
  }

  clear(filter?: OperationFilter): number {
    checkOptions(filter, {
      doing: "clear an operation cache",
      names: FILTER_NAMES,
      what: "the filter",
      member: "field",
    });
    const { name, principal } = filter ?? {};
    // A field that is given but `undefined` would clear the results of all users.
    for (const [option, value] of Object.entries(filter ?? {})) {
      if (typeof value === "string" && value.trim() !== "") continue;
      throw new TypeError(
        `Cannot clear an operation cache: "${option}" must be a string that is not blank`,
      );
    }
    const isMeant = (of: OperationResultOf) =>
      (name === undefined || of.name === name) &&
      (principal === undefined || of.principal === principal);
    for (const [key, { of }] of this.#inFlight) if (isMeant(of)) this.#inFlight.delete(key);
    return deleteWhere(this.#entries, isMeant);
  }

  stats(): OperationCacheStats {
    return { ...this.#counts, entries: this.#entries.size, inFlight: this.#inFlight.size };
  }

  async #answer(
    operation: WrappedOperation,
    { args, fresh }: { args: readonly unknown[]; fresh: boolean },
  ): Promise<unknown> {
    const signal = signalOf(args);
    signal?.throwIfAborted();
    const call = operation.call(args);
    const user = await untilAborted(operation.user(args, signal ? { signal } : {}), signal);
    signal?.throwIfAborted(); // The signal may have been aborted since the wait ended.
    const key = operation.keyOf(call, user);
    const kept = fresh ? undefined : this.#read(key);
    if (kept !== undefined) {
      this.#counts.hits++;
      return kept.value;
    }
    this.#counts.misses++;
    let current = this.#inFlight.get(key);
    // A run that has begun may miss the change that the caller wants to see.
    if (current === undefined || (fresh && current.begun)) {
      current = this.#start({ operation, call, user, key });
    }
    return current.wait(signal);
  }

  #read(key: string): OperationEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#time.now() < entry.end) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #start(pending: PendingCall): InFlightRun {
    const { operation, user, key } = pending;
    const of = { name: operation.name, principal: user.principal };
    const current = new InFlightRun(of, (current) => this.#run(pending, current));
    this.#inFlight.set(key, current);
    const landed = () => {
      if (this.#inFlight.get(key) === current) this.#inFlight.delete(key);
    };
    current.promise.then(landed, landed);
    current.signal.addEventListener("abort", landed, { once: true });
    return current;
  }

  async #run({ operation, call, user, key }: PendingCall, current: InFlightRun): Promise<unknown> {
    this.#counts.runs++;
    try {
      const { signal } = current;
      const token = user.token ?? (await operation.token(call.args, { signal }));
      const expiresAt = token && (token.expiresAt ?? jwtExpiresAt(token.token));
      signal.throwIfAborted();
      const begin = this.#time.now();
      const value = await operation.run(call, signal);
      const tokenEnd =
        expiresAt === undefined ? Number.POSITIVE_INFINITY : this.#time.at(expiresAt);
      const end = Math.min(begin + operation.ttlMs, tokenEnd);
      if (this.#inFlight.get(key) === current) this.#store(key, { ...current.of, value, end });
      return value;
    } catch (error) {
      this.#counts.failures++;
      throw error;
    }
  }

  #store(key: string, entry: OperationEntry): void {
    const now = this.#time.now();
    if (now - this.#sweptAt >= SWEEP_INTERVAL_MS) {
      this.#sweptAt = now;
      deleteWhere(this.#entries, ({ end }) => end <= now);
    }
    this.#entries.delete(key);
    if (now < entry.end) this.#entries.set(key, entry);
  }
}
