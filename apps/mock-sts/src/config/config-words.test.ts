import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkData } from "../checks/check-data.ts";
import { faultSchema } from "../faults/fault-schema.ts";
import { readConfig } from "./config-read.ts";
import { configSchema } from "./config-schema.ts";

/** How the schema library begins its own sentences. */
const FOREIGN =
  /Invalid (?:input|key|string|URL|ISO|option|UUID|email)|Too (?:small|big)|\bexpected\b|\breceived\b|Unrecognized|undefined|\[object/;

const text = fc.constantFrom("", "a", "a b", "-", "https://a.example", "ü");
const junk = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, -1, 0, 1.5, 2 ** 60),
    text,
    fc.array(tie("value"), { maxLength: 2 }),
    fc.dictionary(
      fc.constantFrom("name", "url", "id", "kind", "match", "effect", "zz"),
      tie("value"),
      {
        maxKeys: 3,
      },
    ),
  ),
})).value;

const messageOf = (run: () => unknown): string => {
  try {
    run();
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("what is wrong with data", () => {
  const keys = Object.keys(configSchema.shape);

  it("is said in our words, in a configuration file", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), junk, { maxKeys: 6 }), (config) => {
        const message = messageOf(() => readConfig(JSON.stringify(config), "mock-sts.yaml"));
        expect(message).not.toMatch(FOREIGN);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is said in our words, in a fault", () => {
    const part = fc.dictionary(
      fc.constantFrom(
        "match",
        "effect",
        "times",
        "probability",
        "kind",
        "route",
        "status",
        "headers",
      ),
      junk,
      { maxKeys: 5 },
    );
    const fault = fc.record({ match: part, effect: part }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(fault, junk), (data) => {
        expect(messageOf(() => checkData(faultSchema, data, "set a fault"))).not.toMatch(FOREIGN);
      }),
      { numRuns: 2_000 },
    );
  });
});
