import { z } from "zod";
import type { MovableClock } from "../../time/clock.ts";
import { type ControlOperation, operation } from "./control-operation.ts";
import { clockSchema } from "./state-schema.ts";

/** Describes a clock as it is now. */
export function describeClock(clock: MovableClock): z.infer<typeof clockSchema> {
  return { now: clock.now(), offsetMs: clock.offsetMs, frozen: clock.frozen };
}

/** Operations that read and move the clock; each responds with the new state of the clock. */
export function clockOperations(clock: MovableClock): readonly ControlOperation[] {
  return [
    operation({
      id: "getClock",
      method: "get",
      path: "/clock",
      response: clockSchema,
      summary: "Reads the clock that the mock uses to issue and verify.",
      run: () => describeClock(clock),
    }),
    operation({
      id: "offsetClock",
      method: "post",
      path: "/clock/offset",
      response: clockSchema,
      summary: "Sets how far the clock is ahead of the machine's; 0 resets it.",
      body: z.strictObject({ offsetMs: z.number() }),
      run({ body }) {
        clock.offsetMs = body.offsetMs;
        return describeClock(clock);
      },
    }),
    operation({
      id: "advanceClock",
      method: "post",
      path: "/clock/advance",
      response: clockSchema,
      summary: "Moves the clock; a stopped clock stays stopped.",
      body: z.strictObject({ ms: z.number().describe("Backwards if negative.") }),
      run({ body }) {
        clock.advance(body.ms);
        return describeClock(clock);
      },
    }),
    operation({
      id: "freezeClock",
      method: "post",
      path: "/clock/freeze",
      response: clockSchema,
      summary: "Stops the clock.",
      body: z
        .strictObject({
          at: z.number().optional().describe("Epoch milliseconds. Default: its current time."),
        })
        .optional(),
      run({ body }) {
        clock.freeze(body?.at);
        return describeClock(clock);
      },
    }),
    operation({
      id: "releaseClock",
      method: "post",
      path: "/clock/release",
      response: clockSchema,
      summary: "Lets the clock run on from its current time.",
      run() {
        clock.release();
        return describeClock(clock);
      },
    }),
  ];
}
