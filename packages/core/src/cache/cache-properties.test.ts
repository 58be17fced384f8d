import fc from "fast-check";
import { describe, it } from "vitest";
import type { TokenRequest } from "../token/token-source.ts";
import { type Outcome, World } from "./cache-world.test-support.ts";

/** CI runs 100 000 sequences; `pnpm --filter @agent-oauth/core test:soak` runs ten million. */
const RUNS = Number(process.env.FC_RUNS ?? 100_000);

const LIMITS = { maxEntries: 2, maxSubjectEntries: 3 };

/** A step's name, what it works on, and how many turns of the microtask queue follow it. */
type Step = readonly [(typeof STEPS)[number]["name"], unknown, number];

/** Requests that are as alike as they can be and still differ. */
const request: fc.Arbitrary<TokenRequest> = fc.record(
  {
    subjectToken: fc.constantFrom("s1", "s2", "Bearer s1", "s1-"),
    principal: fc.constantFrom("p1", "p2", "s1"),
    tenant: fc.constantFrom("p1", "t1"),
    audience: fc.constantFrom(["a"], ["b"], ["a", "b"], ["b", "a", "b"], ["a b"], []),
    resource: fc.constantFrom(["a"], ["b"]),
    scope: fc.constantFrom(["a"], ["a", "bc"], ["ab", "c"]),
  },
  { requiredKeys: [] },
);

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("token" as const),
      lifetimeMs: fc.constantFrom(0, 1, 2_000, 5_000, 60_000, 60_000, 3_600_000),
      foreign: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "same-token" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("oauth", "network", "busy", "mistake", "unknown"),
    }),
  },
);

const ms = fc.constantFrom(1, 200, 900, 1_000, 4_000, 5_000, 47_000, 59_000, 300_000, 7_200_000);
const how = fc.record({
  bound: fc.boolean(),
  refuse: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  goneBefore: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  minValidityMs: fc.constantFrom(0, 0, 0, 10_000),
});
const by = fc.constantFrom(
  "key" as const,
  "subject" as const,
  "principal" as const,
  "all" as const,
);

/** Ties what a step works on to what it does with it. */
function define<T>(definition: {
  readonly name: string;
  readonly weight: number;
  readonly input: (one: fc.Arbitrary<TokenRequest>) => fc.Arbitrary<T>;
  readonly run: (world: World, input: T) => void;
  /** What is under way is done before time passes: no clock moves within a turn of the event loop. */
  readonly takesTime?: boolean;
}) {
  const run = (world: World, input: unknown) => definition.run(world, input as T);
  return { takesTime: false, ...definition, run };
}

const STEPS = [
  define({
    name: "call",
    weight: 8,
    input: (one) => fc.tuple(one, how),
    run: (world, [request, options]) => world.call(request, options),
  }),
  define({
    name: "settle",
    weight: 8,
    input: () => fc.tuple(fc.nat(8), outcome),
    run: (world, [index, end]) => world.settle(index, end),
  }),
  define({
    name: "peek",
    weight: 2,
    input: (one) => fc.tuple(one, fc.boolean()),
    run: (world, [request, bound]) => world.peek(request, bound),
  }),
  define({
    name: "abort",
    weight: 1,
    input: () => fc.nat(8),
    run: (world, index) => world.abort(index),
  }),
  define({
    name: "forget",
    weight: 1,
    input: (one) => fc.tuple(one, by),
    run: (world, [request, what]) => world.forget(request, what),
  }),
  define({
    name: "rotate",
    weight: 1,
    input: () => fc.constant(undefined),
    run: (world) => world.rotate(),
  }),
  define({
    name: "pass",
    weight: 3,
    input: () => ms,
    run: (world, time) => world.pass(time),
    takesTime: true,
  }),
  define({
    name: "sleep",
    weight: 1,
    input: () => ms,
    run: (world, time) => world.sleep(time),
    takesTime: true,
  }),
  define({
    name: "step",
    weight: 1,
    input: () => fc.tuple(ms, fc.boolean()).map(([time, back]) => (back ? -time : time)),
    run: (world, time) => world.step(time),
    takesTime: true,
  }),
  define({
    name: "stall",
    weight: 1,
    input: () => ms,
    run: (world, time) => world.stall(time),
    takesTime: true,
  }),
];

/** A few requests that the steps of one sequence share, or they would hardly ever meet. */
const sequence = fc.array(request, { minLength: 1, maxLength: 6 }).chain((pool) => {
  const one = fc.constantFrom(...pool);
  const steps = STEPS.map(({ name, weight, input }) => ({
    weight,
    arbitrary: fc.tuple(fc.constant(name), input(one) as fc.Arbitrary<unknown>, fc.nat(3)),
  }));
  return fc.array<Step>(fc.oneof(...steps), { minLength: 2, maxLength: 40 });
});

async function microtasks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await null;
}

async function run(world: World, [name, input, ticks]: Step): Promise<void> {
  const step = STEPS.find((one) => one.name === name);
  if (step?.takesTime) await microtasks(30);
  step?.run(world, input);
  await microtasks(ticks);
  world.check();
}

describe("cachingTokenSource", () => {
  it(`never hands out a wrong, dead or refused token in ${RUNS} random sequences`, async () => {
    const property = fc.asyncProperty(sequence, async (steps) => {
      const world = new World(LIMITS);
      for (const step of steps) await run(world, step);
      await world.finish();
    });
    await fc.assert(property, { numRuns: RUNS });
  }, 86_400_000);
});
