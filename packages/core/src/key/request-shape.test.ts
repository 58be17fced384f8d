import { describe, expect, it } from "vitest";
import type { TokenRequest } from "../token/token-source.ts";
import { RequestShapes } from "./request-shape.ts";

describe("RequestShapes", () => {
  it("gives the same text for a shape it remembers and one it has forgotten", () => {
    const shapes = new RequestShapes();
    const texts = Array.from({ length: 40 }, (_, i) => shapes.textOf({ audience: [`a${i}`] }));
    expect(new Set(texts).size).toBe(40);
    for (let i = 0; i < 40; i++) expect(shapes.textOf({ audience: [`a${i}`] })).toBe(texts[i]);
  });

  it("does not follow a list that the caller changes afterwards", () => {
    const shapes = new RequestShapes();
    const audience = ["a"];
    const text = shapes.textOf({ audience });
    audience[0] = "b";
    expect(shapes.textOf({ audience })).not.toBe(text);
    expect(shapes.textOf({ audience: ["a"] })).toBe(text);
  });

  const wrong: [string, unknown][] = [
    ["audience", "ab"],
    ["audience", null],
    ["audience", ["a", ""]],
    ["resource", [" "]],
    ["scope", [1]],
    ["scope", {}],
    ["tenant", " "],
    ["tenant", null],
    ["tenant", 1],
  ];
  for (const [field, value] of wrong) {
    it(`refuses ${field} = ${JSON.stringify(value)}, also beside a remembered look-alike`, () => {
      const shapes = new RequestShapes();
      const request = { [field]: value } as TokenRequest;
      const refused = expect.objectContaining({
        name: "TypeError",
        message: expect.stringContaining(`"${field}"`),
      });
      expect(() => shapes.textOf(request)).toThrow(refused);
      shapes.textOf({ audience: ["a", "b"], resource: ["r"], scope: ["s"], tenant: "t" });
      shapes.textOf({ audience: ["a", "b"] });
      expect(() => shapes.textOf(request)).toThrow(refused);
    });
  }
});
