import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digest } from "../token/digest.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { type CacheUser, cacheKey, checkedUser, keyText } from "./cache-key.ts";
import { RequestShapes } from "./request-shape.ts";

function textOf(request: TokenRequest, shapes = new RequestShapes()): string {
  return keyText(cacheKey(request, shapes));
}

const FULL: Required<TokenRequest> = {
  subjectToken: "subject",
  principal: "alice",
  audience: ["a1", "a2"],
  resource: ["https://r.example/"],
  scope: ["read"],
  tenant: "t1",
};

describe("cacheKey", () => {
  const changes: TokenRequest[] = [
    { subjectToken: "subject2" },
    { principal: "bob" },
    { audience: ["a1"] },
    { audience: ["a1", "a3"] },
    { resource: ["https://r.example"] },
    { scope: ["write"] },
    { scope: ["read", "write"] },
    { tenant: "T1" },
  ];
  for (const change of changes) {
    it(`changes with ${JSON.stringify(change)}`, () => {
      expect(textOf({ ...FULL, ...change })).not.toBe(textOf(FULL));
    });
  }

  for (const field of Object.keys(FULL) as (keyof TokenRequest)[]) {
    it(`changes when "${field}" is left out`, () => {
      const { [field]: _, ...rest } = FULL;
      expect(textOf(rest)).not.toBe(textOf(FULL));
    });
  }

  it("keeps lists apart that hold the same names", () => {
    const texts = ["audience", "resource", "scope"].map((field) => textOf({ [field]: ["x"] }));
    expect(new Set([...texts, textOf({ tenant: "x" }), textOf({ principal: "x" })]).size).toBe(5);
  });

  it("takes lists as sets, and an absent one for an empty one", () => {
    expect(textOf({ scope: ["b", "a", "b"] })).toBe(textOf({ scope: ["a", "b"] }));
    expect(textOf({ scope: [], audience: [], resource: [] })).toBe(textOf({}));
  });

  it("drops a leading Bearer of the subject token, in any case", () => {
    for (const prefix of ["Bearer ", "bearer ", "BEARER  ", " Bearer\t"]) {
      expect(textOf({ subjectToken: `${prefix}abc` })).toBe(textOf({ subjectToken: "abc" }));
    }
    expect(textOf({ subjectToken: "Bearerabc" })).not.toBe(textOf({ subjectToken: "abc" }));
  });

  it("holds the full SHA-256 of the subject token in its place", () => {
    const { subject } = cacheKey({ subjectToken: "subject" }, new RequestShapes());
    expect(subject).toBe(digest("subject"));
    expect(subject).toHaveLength(32);
    expect(textOf({ subjectToken: "s3ntinel" })).not.toContain("s3ntinel");
  });

  it("cannot be forged by a principal that looks like a digest or a key", () => {
    const text = textOf({ subjectToken: "abc" });
    for (const principal of [digest("abc"), text, `32:${digest("abc")}`, "-", "-----"]) {
      expect(textOf({ principal })).not.toBe(text);
      expect(cacheKey({ principal }, new RequestShapes()).subject).not.toBe(digest("abc"));
    }
  });

  for (const mark of [",", ":", "1:", "1:b", "-", "*", "|", " ", "\n", "\u0000", '","']) {
    it(`cannot be forged by names that hold ${JSON.stringify(mark)}`, () => {
      const near: [TokenRequest, TokenRequest][] = [
        [{ scope: ["a", `b${mark}c`] }, { scope: [`a${mark}b`, "c"] }],
        [{ scope: ["a", "b"] }, { scope: [`a${mark}b`] }],
        [{ audience: ["a"], resource: ["b"] }, { audience: [`a${mark}b`] }],
        [{ tenant: "a", audience: ["b"] }, { tenant: `a${mark}b` }],
        [{ principal: `a${mark}b` }, { principal: "a", tenant: "b" }],
        [
          { principal: `a${mark}`, tenant: "b" },
          { principal: "a", tenant: `${mark}b` },
        ],
      ];
      for (const [one, other] of near) expect(textOf(one)).not.toBe(textOf(other));
    });
  }

  it("counts a principal without a subject token as a user", () => {
    expect(cacheKey({ principal: "alice" }, new RequestShapes()).subject).toBeDefined();
    expect(cacheKey({ tenant: "alice" }, new RequestShapes()).subject).toBeUndefined();
  });

  /** Few and nasty names, so that requests that nearly collide are common. */
  const name = fc
    .oneof(
      fc
        .array(fc.constantFrom("a", "b", ",", "1:", "3:", "-", "1*", "2*"), {
          minLength: 1,
          maxLength: 4,
        })
        .map((parts) => parts.join("")),
      fc.string({ minLength: 1, maxLength: 4, unit: "binary" }),
    )
    .filter((text) => text.trim() !== "" && !/^\s*bearer(\s|$)/i.test(text));
  const list = fc.array(name, { maxLength: 3 });
  const request = fc.record(
    {
      subjectToken: name.map((text) => text.trim()),
      principal: name,
      audience: list,
      resource: list,
      scope: list,
      tenant: name,
    },
    { requiredKeys: [] },
  );

  /** What makes two requests one, said in another way than by the code under test. */
  const meaning = (of: TokenRequest) =>
    JSON.stringify(
      ["subjectToken", "principal", "tenant", "audience", "resource", "scope"].map((field) => {
        const value = normalizeTokenRequest(of)[field as keyof TokenRequest];
        return Array.isArray(value) ? [...new Set(value)].sort() : (value ?? null);
      }),
    );

  it("is shared by no two different requests", () => {
    // Each is compared with all before it: tens of millions of pairs.
    const meanings = new Map<string, string>();
    fc.assert(
      fc.property(request, (one) => {
        const text = textOf(one);
        expect(meanings.get(text) ?? meaning(one)).toBe(meaning(one));
        meanings.set(text, meaning(one));
      }),
      { numRuns: 10_000 },
    );
    expect(new Set(meanings.values()).size).toBe(meanings.size);
  });

  it("is shared by all spellings of one request, also by one state of shapes", () => {
    const shapes = new RequestShapes();
    fc.assert(
      fc.property(request, fc.infiniteStream(fc.nat()), (one, numbers) => {
        const shuffled = (names: readonly string[]) =>
          [...names, ...names.slice(0, 1)]
            .map((value) => ({ value, rank: numbers.next().value ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ value }) => value);
        const other = {
          ...one,
          audience: shuffled(one.audience ?? []),
          resource: shuffled(one.resource ?? []),
          scope: shuffled(one.scope ?? []),
          ...(one.subjectToken !== undefined && { subjectToken: `Bearer ${one.subjectToken}` }),
        };
        expect(textOf(other, shapes)).toBe(textOf(one, shapes));
        expect(textOf(one, shapes)).toBe(textOf(one));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("checkedUser", () => {
  it("names a user by the digest of the subject token, however it is spelled, or by the principal", () => {
    const { subject } = cacheKey({ subjectToken: "abc" }, new RequestShapes());
    expect(checkedUser({ subjectToken: "Bearer abc" })).toEqual({ subject });
    expect(checkedUser({ principal: "alice" })).toEqual({ principal: "alice" });
  });

  it.each([
    [{ principal: " " }, '"principal" is blank'],
    [{ subjectToken: "Bearer " }, '"subjectToken" is blank'],
    [{}, 'either "principal" or "subjectToken"'],
    [{ principal: "alice", subjectToken: "abc" }, 'either "principal" or "subjectToken"'],
    [{ principle: "alice" }, 'did you mean "principal"?'],
    [{ principal: "alice", tenant: "t" }, 'no field "tenant"'],
    [undefined, "must be a plain object, not undefined"],
    ["alice", "must be a plain object, not a string"],
    [["alice"], "not a list"],
  ])("refuses %j", (user, message) => {
    const call = () => checkedUser(user as unknown as CacheUser);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
