import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkValue } from "./check-value.ts";

const schema = z.array(z.object({ id: z.string() }));

function violationsOf(schema: z.ZodType, value: unknown): string {
  const checked = checkValue(schema, value, { whole: "it" });
  return "violations" in checked ? checked.violations : "";
}

describe("checkValue", () => {
  it("returns what the schema makes of the value", () => {
    expect(checkValue(schema, [{ id: "a", more: 1 }], { whole: "it" })).toEqual({
      data: [{ id: "a" }],
    });
  });

  it("names the place of each violation, and the whole", () => {
    expect(violationsOf(z.string("is no text"), 1)).toBe("it is no text");
    expect(violationsOf(schema, [{ id: "a" }, {}, { id: 7 }])).toBe(
      "[1].id is missing; [2].id must be a string, not a number",
    );
  });

  it("names the setting that holds a member, not what the member's own members are called", () => {
    const settingOf = (member: string) => `AGENT_${member.toUpperCase()}`;
    const nested = z.object({ url: z.string(), more: z.object({ url: z.string() }) });
    expect(checkValue(nested, { more: {} }, { whole: "it", settingOf })).toEqual({
      violations: "AGENT_URL is missing; AGENT_MORE.url is missing",
    });
  });

  it("counts the violations of a file that has thousands", () => {
    const text = violationsOf(
      schema,
      Array.from({ length: 25_000 }, () => ({})),
    );
    expect(text).toMatch(/^\[0\]\.id .+; and 24,995 more$/);
    expect(text.length).toBeLessThan(1_000);
  });

  it.each([
    [z.string(), undefined, "it is missing"],
    [z.string(), null, "it must be a string, not null"],
    [z.number(), "1", "it must be a number, not a string"],
    [z.int(), 1.5, "it must be a whole number, not a number"],
    [z.boolean(), "true", "it must be true or false, not a string"],
    [z.array(z.string()), {}, "it must be a list, not an object"],
    [z.object({}), [], "it must be an object, not a list"],
    [z.record(z.string(), z.string()), 1, "it must be an object, not a number"],
    [z.date(), 1, "it must be of another kind, not a number"],
    [z.enum(["a", "b"]), "c", 'it must be "a" or "b"'],
    [z.literal(7), 8, "it must be 7"],
    [z.strictObject({}), { b: 1, a: 2 }, 'it has unknown keys: "b", "a"'],
    [z.string().min(1), "", "it is empty"],
    [z.string().min(3), "ab", "it must be at least 3 characters long"],
    [z.string().max(1), "ab", "it must be at most 1 characters long"],
    [z.array(z.any()).min(1), [], "it must be at least 1 items long"],
    [z.number().max(5), 6, "it must be at most 5"],
    [z.url(), "x", "it must be an absolute URL"],
    [z.uuid(), "x", "it must be a UUID"],
    [z.email(), "x", "it must be an e-mail address"],
    [z.string().regex(/a/), "x", "it is not written as it must be"],
    [z.union([z.string(), z.number()]), true, "it cannot be used"],
    [z.string().refine(() => false), "x", "it cannot be used"],
    [z.number().multipleOf(2), 3, "it cannot be used"],
  ] as [z.ZodType, unknown, string][])("says it in our words (%#)", (schema, value, words) => {
    expect(violationsOf(schema, value)).toBe(words);
  });
});
