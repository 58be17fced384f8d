import { describe, expect, it } from "vitest";
import { bareToken, normalizeTokenRequest } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

describe("normalizeTokenRequest", () => {
  it("drops Bearer, empty lists and absent fields, and keeps the rest", () => {
    expect(
      normalizeTokenRequest({ subjectToken: "Bearer abc", scope: [], audience: ["b", "a"] }),
    ).toEqual({ subjectToken: "abc", audience: ["b", "a"] });
    expect(normalizeTokenRequest(undefined)).toEqual({});
    expect(Object.keys(normalizeTokenRequest({ tenant: undefined } as object))).toEqual([]);
  });

  it("copies lists", () => {
    const scope = ["read"];
    const normal = normalizeTokenRequest({ scope });
    scope.push("write");
    expect(normal.scope).toEqual(["read"]);
  });

  const refused: [string, unknown][] = [
    ["subjectToken", ""],
    ["subjectToken", " \t"],
    ["subjectToken", "Bearer"],
    ["subjectToken", "Bearer "],
    ["subjectToken", "bearer \n"],
    ["subjectToken", null],
    ["subjectToken", 42],
    ["principal", ""],
    ["principal", " "],
    ["principal", null],
    ["tenant", ""],
    ["tenant", "\u00a0"],
    ["tenant", {}],
    ["audience", "orders"],
    ["audience", [""]],
    ["resource", null],
    ["resource", [" "]],
    ["scope", "a b"],
    ["scope", [undefined]],
  ];
  for (const [field, value] of refused) {
    it(`refuses ${field} = ${JSON.stringify(value)} and names it`, () => {
      const call = () => normalizeTokenRequest({ [field]: value } as TokenRequest);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`"${field}"`);
    });
  }

  it("refuses what the source cannot honour, unless it is absent or empty", () => {
    const honours = ["audience"] as const;
    expect(() => normalizeTokenRequest({ tenant: "t" }, { honours })).toThrow(
      new TypeError('Cannot request a token: this source cannot honour "tenant"'),
    );
    expect(normalizeTokenRequest({ audience: ["a"], scope: [] }, { honours })).toEqual({
      audience: ["a"],
    });
  });

  it("refuses a field that there is none of, which would be a request without a user", () => {
    const misspelt = { subject_token: "s3ntinel" } as TokenRequest;
    const call = () => normalizeTokenRequest(misspelt);
    expect(call).toThrow(TypeError);
    expect(call).toThrow('no field "subject_token"; there are subjectToken, principal');
    expect(call).not.toThrow("s3ntinel");
    expect(normalizeTokenRequest({ subject: undefined } as TokenRequest)).toEqual({});
  });

  it.each([["s3ntinel"], [null], [7]])("refuses what is no object: %s", (request) => {
    const call = () => normalizeTokenRequest(request as unknown as TokenRequest);
    expect(call).toThrow(TypeError);
    expect(call).toThrow("the request must be an object, not");
    expect(call).not.toThrow("s3ntinel");
  });

  it("does not show a subject token that it refuses", () => {
    const call = () =>
      normalizeTokenRequest({ subjectToken: ["s3ntinel"] } as unknown as TokenRequest);
    expect(call).toThrow(expect.not.objectContaining({ message: expect.stringMatching(/s3nt/) }));
  });
});

describe("bareToken", () => {
  const cases: [string, string][] = [
    ["abc", "abc"],
    ["Bearer abc", "abc"],
    ["bEaReR\tabc", "abc"],
    [" Bearer abc ", "abc"],
    ["Bearer Bearer", "Bearer"],
    ["bearertoken", "bearertoken"],
    ["Basic abc", "Basic abc"],
  ];
  for (const [given, bare] of cases) {
    it(`makes ${JSON.stringify(bare)} of ${JSON.stringify(given)}`, () => {
      expect(bareToken(given)).toBe(bare);
    });
  }
});
