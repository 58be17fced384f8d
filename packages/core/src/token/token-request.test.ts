import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { bareToken, normalizeTokenRequest } from "./token-request.ts";
import type { TokenRequest } from "./token-source.ts";

describe("normalizeTokenRequest", () => {
  it("refuses options that are misspelt, and fields that are no list", () => {
    const options = (given: object) => () => normalizeTokenRequest({}, given);
    expect(options({ suports: [] })).toThrow('did you mean "supports"?');
    // A text would be searched for parts of it.
    expect(options({ supports: "audience" })).toThrow(
      'Cannot request a token: "supports" must be a list of fields, not a string',
    );
  });

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

  it("refuses what the source does not support, unless it is absent or empty", () => {
    const supports = ["audience"] as const;
    expect(() => normalizeTokenRequest({ tenant: "t" }, { supports })).toThrow(
      new TypeError('Cannot request a token: this source does not support "tenant"'),
    );
    expect(normalizeTokenRequest({ audience: ["a"], scope: [] }, { supports })).toEqual({
      audience: ["a"],
    });
  });

  it.each([
    ["subject_token", "subjectToken"],
    ["subjecttoken", "subjectToken"],
    ["userToken", "subjectToken"],
    ["user_token", "subjectToken"],
    ["scopes", "scope"],
    ["tenent", "tenant"],
  ])("refuses the field %s, and asks whether %s was meant", (field, meant) => {
    for (const value of ["s3ntinel", undefined]) {
      const call = () => normalizeTokenRequest({ [field]: value } as TokenRequest);
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`no field "${field}"; did you mean "${meant}"?`);
      expect(call).not.toThrow("s3ntinel");
    }
  });

  it("lists the fields where none is near", () => {
    const call = () => normalizeTokenRequest({ colour: "red" } as TokenRequest);
    expect(call).toThrow('no field "colour"; there are subjectToken, principal');
  });

  class Request {
    #subjectToken = "s3ntinel";
    subject() {
      return this.#subjectToken;
    }
  }

  it.each([
    ["s3ntinel"],
    [null],
    [7],
    [false],
    [["s3ntinel"]],
    [() => ({})],
    [Promise.resolve({ subjectToken: "s3ntinel" })],
    [new Map()],
    [new Headers()],
    [new Request()],
    [Object.create({ subjectToken: "s3ntinel" })],
  ])("refuses what is no plain object: %s", (request) => {
    const call = () => normalizeTokenRequest(request as unknown as TokenRequest);
    expect(call).toThrow(TypeError);
    expect(call).toThrow("the request must be an object such as { subjectToken }, not ");
    expect(call).not.toThrow("s3ntinel");
  });

  it("takes a plain object of another realm, or without a prototype", () => {
    const other: TokenRequest = runInNewContext('({ subjectToken: "abc", audience: ["a"] })');
    expect(normalizeTokenRequest(other)).toEqual({ subjectToken: "abc", audience: ["a"] });
    const bare = Object.assign(Object.create(null), { tenant: "t" });
    expect(normalizeTokenRequest(bare)).toEqual({ tenant: "t" });
  });

  it("reads each member once", () => {
    let reads = 0;
    const request = {
      get subjectToken() {
        return `token-${++reads}`;
      },
    };
    expect(normalizeTokenRequest(request)).toEqual({ subjectToken: "token-1" });
    expect(reads).toBe(1);
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
    ["bearertoken", "bearertoken"],
    ["Basic abc", "Basic abc"],
  ];
  for (const [given, bare] of cases) {
    it(`makes ${JSON.stringify(bare)} of ${JSON.stringify(given)}`, () => {
      expect(bareToken(given)).toBe(bare);
    });
  }
});
