import { describe, expect, it } from "vitest";
import { z } from "zod";
import { violationList } from "./violation-list.ts";

const schema = z.array(z.object({ id: z.string() }));

describe("violationList", () => {
  it("names the place of each fault, and the whole", () => {
    expect(violationList(z.string("is no text").safeParse(1).error as z.ZodError, "it")).toBe(
      "it is no text",
    );
    const { error } = schema.safeParse([{ id: "a" }, {}, { id: 7 }]);
    expect(violationList(error as z.ZodError, "it")).toMatch(/^\[1\]\.id .+; \[2\]\.id [^;]+$/);
  });

  it("counts the faults of a file that has thousands", () => {
    const { error } = schema.safeParse(Array.from({ length: 25_000 }, () => ({})));
    const text = violationList(error as z.ZodError, "it");
    expect(text).toMatch(/^\[0\]\.id .+; and 24,995 more$/);
    expect(text.length).toBeLessThan(1_000);
  });
});
