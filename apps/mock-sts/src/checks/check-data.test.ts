import { describe, expect, it } from "vitest";
import { z } from "zod";
import { faultSchema } from "../faults/fault-schema.ts";
import { checkData } from "./check-data.ts";

describe("checkData", () => {
  it("names every key that is wrong, the nearest right one, and no value", () => {
    const match = { rout: "sentinel", time: 2, route: "sentinel", listener: "gatewy" };
    const fault = { match, effect: { kind: "htm" } };
    let message = "";
    try {
      checkData(faultSchema, fault, "set a fault");
    } catch (error) {
      message = String(error);
    }
    expect(message.split('; "')).toEqual([
      'TypeError: Cannot set a fault: "match.listener": must be one of "token-server", "gateway"; did you mean "gateway"?',
      expect.stringMatching(/^match.route": must be one of "token", .*"unknown"$/),
      'match.rout": unknown key; did you mean "route"?',
      'match.time": unknown key; did you mean "times"?',
      expect.stringMatching(
        /^effect.kind": is not one of the \d+ known values; did you mean "html"\?$/,
      ),
    ]);
    expect(message).not.toContain("sentinel");
  });

  it.each([
    [z.url(), "x", "must be an absolute URL"],
    [z.uuid(), "x", "cannot be used"],
    [z.date(), 1, "cannot be used"],
    [z.number().multipleOf(2), 3, "cannot be used"],
    [z.string().refine(() => false), "x", "cannot be used"],
    [z.record(z.string().min(2), z.any()), { a: 1 }, '"a": has a name that cannot be used'],
    [z.map(z.string(), z.string()), new Map([["a", 1]]), '"a": must be text'],
  ] as [z.ZodType, unknown, string][])(
    "has words of its own for every rule (%#)",
    (schema, data, words) => {
      expect(() => checkData(schema, data, "try")).toThrow(`Cannot try: ${words}`);
    },
  );
});
