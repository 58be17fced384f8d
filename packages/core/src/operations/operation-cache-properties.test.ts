import fc from "fast-check";
import { describe, it } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createOperationCache } from "./create-operation-cache.ts";
import type { OperationFilter } from "./operation-cache.ts";

const TTL_MS = 1_000;
const MAX_ENTRIES = 3;
const USERS = ["a", "b", "ab"] as const;
const NAMES = ["x", "xa"] as const;
const IDS = [1, 2] as const;

/** Which result: two calls share one only if all of this is alike. */
interface Which {
  readonly user: string;
  readonly name: string;
  readonly id: number;
}

/** One run of an operation. `at` counts what happened, `time` passes with the clock. */
interface Run extends Which {
  readonly at: number;
  readonly time: number;
  readonly settle: (fails: boolean) => void;
  /** Whether it failed, as soon as it is settled. */
  failed?: boolean;
  /** Some turns after that, when everybody knows. */
  endedAt?: number;
}

/** Random callers, an API that answers when the world says so, and a model of what each answer may be. */
class World {
  readonly #clock = createFakeClock();
  readonly #cache = createOperationCache({ maxEntries: MAX_ENTRIES, clock: this.#clock });
  readonly #runs: Run[] = [];
  readonly #clears: { readonly filter: OperationFilter; readonly at: number }[] = [];
  readonly #operations = new Map(NAMES.map((name) => [name, this.#wrap(name)]));
  #time = 0;
  #at = 0;
  #waiting = 0;
  #fault: Error | undefined;

  call(which: Which, fresh: boolean): void {
    const operation = this.#operations.get(which.name as (typeof NAMES)[number]);
    if (operation === undefined) throw new Error(`there is no ${which.name}`);
    const made = { ...which, fresh, at: ++this.#at, time: this.#time };
    this.#waiting++;
    (fresh ? operation.fresh : operation)(which.user, which.id)
      .then(
        (run) => this.#check(made, run, false),
        (run: Run) => this.#check(made, run, true),
      )
      .finally(() => this.#waiting--);
  }

  settle(index: number, fails: boolean): void {
    const pending = this.#runs.filter(({ failed }) => failed === undefined);
    pending[index % pending.length]?.settle(fails);
  }

  clear(filter: OperationFilter): void {
    this.#clears.push({ filter, at: ++this.#at });
    this.#cache.clear(filter);
  }

  pass(ms: number): void {
    this.#time += ms;
    this.#clock.advance(ms);
  }

  step(ms: number): void {
    this.#clock.step(ms);
  }

  async finish(): Promise<void> {
    for (let round = 0; round < 50 && this.#waiting > 0; round++) {
      this.settle(0, false);
      await turns(20);
    }
    if (this.#waiting > 0) this.#wrong("a call never ends");
    const { entries, inFlight } = this.#cache.stats();
    if (entries > MAX_ENTRIES || inFlight > 0) this.#wrong(`${entries} kept, ${inFlight} run`);
    if (this.#fault !== undefined) throw this.#fault;
  }

  #wrap(name: string) {
    const run = (user: string, id: number): Promise<Run> => {
      const { promise, resolve, reject } = Promise.withResolvers<Run>();
      const settle = (fails: boolean) => {
        begun.failed = fails;
        if (fails) reject(begun);
        else resolve(begun);
        void turns(10).then(() => {
          begun.endedAt = ++this.#at;
        });
      };
      const begun: Run = { user, name, id, at: ++this.#at, time: this.#time, settle };
      this.#runs.push(begun);
      return promise;
    };
    return this.#cache.wrap(run, {
      name,
      ttlMs: TTL_MS,
      principal: (user) => user,
      key: (_user, id) => id, // What keeps users apart is the principal alone.
    });
  }

  #check(call: Which & { fresh: boolean; at: number; time: number }, run: Run, failed: boolean) {
    if (!isSame(call, run)) this.#wrong("an answer to another call");
    if (run.at > call.at) return;
    if (call.fresh) this.#wrong("an answer from before a call that wanted a fresh one");
    const isCleared = this.#clears.some(
      ({ filter, at }) => at > run.at && at < call.at && isMeant(filter, run),
    );
    if (isCleared) this.#wrong("an answer from before it was cleared");
    if (run.endedAt === undefined || run.endedAt > call.at) return;
    if (failed) this.#wrong("a failure that was kept");
    if (call.time - run.time >= TTL_MS) this.#wrong("an answer past its time");
    const isReplaced = this.#runs.some(
      (other) =>
        isSame(other, run) &&
        other.at > run.at &&
        other.failed === false &&
        other.endedAt !== undefined &&
        other.endedAt < call.at,
    );
    if (isReplaced) this.#wrong("an answer that a later one had replaced");
  }

  #wrong(what: string): void {
    this.#fault ??= new Error(what);
  }
}

function isSame(one: Which, other: Which): boolean {
  return one.user === other.user && one.name === other.name && one.id === other.id;
}

function isMeant({ name, principal }: OperationFilter, which: Which): boolean {
  return (name ?? which.name) === which.name && (principal ?? which.user) === which.user;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

const which = fc.record({
  user: fc.constantFrom(...USERS),
  name: fc.constantFrom(...NAMES),
  id: fc.constantFrom(...IDS),
});
const filter = fc.record(
  { name: fc.constantFrom(...NAMES), principal: fc.constantFrom(...USERS) },
  { requiredKeys: [] },
);
type Action = (world: World) => void;
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(which, fc.boolean()).map(named("call", (world, on) => world.call(...on))),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.nat(9), fc.boolean())
      .map(named("settle", (world, on) => world.settle(...on))),
  },
  { weight: 1, arbitrary: filter.map(named("clear", (world, on) => world.clear(on))) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 500, 999).map(named("pass", (world, on) => world.pass(on))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(5_000, -5_000).map(named("step", (world, on) => world.step(on))),
  },
);
/** What happens, and how many turns of the microtask queue follow it. */
const step = fc.tuple(action, fc.constantFrom(0, 1, 2, 3, 20));

/** A counterexample shows what was done, and on what. */
function named<On>(name: string, act: (world: World, on: On) => void) {
  return (on: On): Action =>
    Object.assign((world: World) => act(world, on), {
      [fc.toStringMethod]: () => `${name}(${fc.stringify(on)})`,
    });
}

describe("createOperationCache", () => {
  it("never answers with another user's, another call's, a cleared or an old result", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const world = new World();
        for (const [action, count] of steps) {
          action(world);
          await turns(count);
        }
        await world.finish();
      }),
      { numRuns: 10_000 },
    );
  });
});
