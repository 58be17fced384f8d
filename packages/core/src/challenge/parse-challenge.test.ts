import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type ChallengedResponse, parseChallenge } from "./parse-challenge.ts";

const read = (...values: readonly string[]) => {
  const headers = new Headers();
  for (const value of values) headers.append("www-authenticate", value);
  return parseChallenge({ headers });
};

const metadata = "https://mcp.example/.well-known/oauth-protected-resource";

describe("parseChallenge", () => {
  it("takes the Response of any fetch", () => {
    expectTypeOf<Response>().toExtend<ChallengedResponse>();
    expect(parseChallenge(new Response(null, { status: 401 }))).toBeUndefined();
  });

  it.each([
    ["Bearer", {}],
    ["bEARER", {}],
    ["  ,, Bearer ,", {}],
    ["Bearer abc.def~+/-_==", {}],
    ['Bearer realm="mcp"', { realm: "mcp" }],
    ['Bearer realm=""', { realm: "" }],
    ["Bearer error=invalid_token", { error: "invalid_token" }],
    ['Bearer ERROR="invalid_token"', { error: "invalid_token" }],
    ['Bearer error = "invalid_token" ,\trealm\t=x', { error: "invalid_token", realm: "x" }],
    ['Bearer error="one", error="two"', { error: "one" }],
    ['Bearer realm="a, Basic b", error="e"', { realm: "a, Basic b", error: "e" }],
    ['Bearer realm="a \\"b\\" \\\\ c", error="e"', { realm: 'a "b" \\ c', error: "e" }],
    ['Bearer realm="x=y, error=fake"', { realm: "x=y, error=fake" }],
    ['Bearer scope="a b  c a"', { scope: ["a", "b", "c"] }],
    ['Bearer scope=" "', {}],
    [`Bearer resource_metadata="${metadata}"`, { resourceMetadata: metadata }],
    [`Bearer resource_metadata=${metadata}, error=e`, { resourceMetadata: metadata, error: "e" }],
    ['Bearer error_description="too\told"', { errorDescription: "too old" }],
    ['Bearer x="unknown", y=z, error="e"', { error: "e" }],
    ['Basic realm="b", Bearer realm="c"', { realm: "c" }],
    ['Bearer realm="c", Basic realm="b"', { realm: "c" }],
    ['Negotiate YWJj==, Bearer error="e", DPoP algs="ES256"', { error: "e" }],
    ['Negotiate, NTLM, Bearer error="e"', { error: "e" }],
    ['Digest qop="auth, auth-int", nonce="a\\",b", Bearer error="e"', { error: "e" }],
    ['Bearer, Basic realm="b"', {}],
    [
      `Bearer error="e", Basic, Bearer resource_metadata="${metadata}"`,
      { error: "e", resourceMetadata: metadata },
    ],
    ['Bearer error="first", Bearer error="second"', { error: "first" }],
  ])("reads %s", (header, expected) => {
    expect(read(header)).toEqual({ scope: [], ...expected });
  });

  it.each([
    ["a quote that is never closed", 'Bearer error="e", realm="x, scope=fake', { error: "e" }],
    ["one that ends in a backslash", 'Bearer error="e", realm="x, scope=fake\\', { error: "e" }],
    ["text after a quote", 'Bearer realm="x"y, error="e"', { error: "e" }],
    ["characters of no grammar", 'Bearer <html>, ;;=, error="e"', { error: "e" }],
    ["a parameter before any scheme", 'error="fake", Bearer error="e"', { error: "e" }],
    ["a parameter without a value", 'Bearer realm= , error="e"', { error: "e" }],
    ["no commas", 'Bearer realm="x" error="e"', { realm: "x", error: "e" }],
  ])("survives %s", (_, header, expected) => {
    expect(read(header)).toEqual({ scope: [], ...expected });
  });

  it.each(["", "Basic", 'Basic realm="Bearer error=e"', "BearerX a=b", '"Bearer"'])(
    "finds no Bearer challenge in %j",
    (header) => expect(read(header)).toBeUndefined(),
  );

  it("reads headers sent one by one like one that combines them", () => {
    expect(read('Basic realm="b"', `Bearer resource_metadata="${metadata}"`, 'X y="z"')).toEqual({
      scope: [],
      resourceMetadata: metadata,
    });
  });

  it.each([
    [
      "Bearer resource_metadata='https://e.example/x', error='invalid_token'",
      {
        resourceMetadata: "https://e.example/x",
        error: "invalid_token",
      },
    ],
    [
      "Bearer error_description='a, b = c', scope='x y'",
      {
        errorDescription: "a, b = c",
        scope: ["x", "y"],
      },
    ],
    ["Bearer error='', realm='r'", { error: "", realm: "r" }],
    ["Bearer error='x, realm=r", { error: "'x", realm: "r" }],
    [`Bearer error="it's", realm="o'clock"`, { error: "it's", realm: "o'clock" }],
    ["Bearer error=it's, realm='a'b", { error: "it's", realm: "'a'b" }],
  ])("takes single quotes as quotes: %s", (header, expected) => {
    expect(read(header)).toEqual({ scope: [], ...expected });
  });

  it.each([
    [
      'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="',
      { error: "insufficient_claims", claims: "eyJhIjoxfQ==" },
    ],
    ["Bearer claims=eyJhIjoxfQ==", { claims: "eyJhIjoxfQ==" }],
    [String.raw`Bearer claims="{\"a\":1}"`, { claims: '{"a":1}' }],
    [`Bearer claims='{"a":"${"x".repeat(4_088)}"}'`, { claims: `{"a":"${"x".repeat(4_088)}"}` }],
    [`Bearer claims='{"a":"${"x".repeat(4_089)}"}'`, {}],
    ['Bearer claims="eyJhIjoiPz8_In0"', { claims: "eyJhIjoiPz8_In0" }],
    ['Bearer claims="xyz"', {}],
    ['Bearer claims="xyzw=x"', {}],
    ['Bearer claims="[]"', {}],
    ['Bearer claims="null"', {}],
    ['Bearer claims="5"', {}],
    ['Bearer claims="W10="', {}],
    ['Bearer claims="ü"', {}],
    ['Bearer claims=""', {}],
    ['Bearer acr_values="urn:a urn:b urn:a"', { acrValues: ["urn:a", "urn:b"] }],
    ['Bearer acr_values=" "', {}],
    ['Bearer max_age="5"', { maxAgeMs: 5_000 }],
    ["Bearer max_age=0", { maxAgeMs: 0 }],
    ["Bearer max_age=-1", {}],
    ["Bearer max_age=12345678901", {}],
  ])("reads what the next token must be requested with: %.80s", (header, expected) => {
    expect(read(header)).toStrictEqual({ scope: [], ...expected });
  });

  it("cuts the middle of a description at 500 characters and blanks its control characters", () => {
    const long = `\x85${"a".repeat(800)}the end`;
    const { errorDescription } = read(`Bearer error_description="${long}"`) ?? {};
    expect(errorDescription).toMatch(/^ a+ \[…\] a+the end$/);
    expect(errorDescription).toHaveLength(500);
  });

  it.each([
    [16_384, "e"],
    [16_385, undefined],
  ])("reads no character after 16 384 (a parameter that ends at %i)", (end, error) => {
    const before = "Bearer realm=";
    const header = `${before}${"a".repeat(end - before.length - 11)}, error="e"`;
    expect(header).toHaveLength(end);
    expect(read(header)?.error).toBe(error);
  });

  describe("of any header", () => {
    const piece = fc.constantFrom(
      "Bearer",
      "Basic",
      "error",
      "scope",
      '"',
      "\\",
      "=",
      "==",
      ",",
      " ",
      "\t",
      "a",
      "é",
      "/",
    );
    const headerOf = (get: string): ChallengedResponse => ({ headers: { get: () => get } });

    it("never throws and never invents a parameter", () => {
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
          const header = pieces.join("");
          const challenge = parseChallenge(headerOf(header));
          if (challenge === undefined) return;
          expect(header.toLowerCase()).toContain("bearer");
          if (challenge.error !== undefined) expect(header).toContain("error");
        }),
        { numRuns: 2_000 },
      );
    });

    it("never throws on any text", () => {
      fc.assert(
        fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
          parseChallenge(headerOf(text));
          parseChallenge(headerOf(`Bearer ${text}`));
        }),
      );
    });

    it("reads what was written, in any order among other schemes", () => {
      const text = fc.string({ unit: fc.constantFrom(...'ab ,="\\;é'), maxLength: 12 });
      const quoted = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
      const others = fc.subarray(["Basic", 'Basic realm="a, Bearer"', "Negotiate YQ=="]);
      fc.assert(
        fc.property(text, text, others, fc.nat(3), (realm, error, schemes, at) => {
          const bearer = `Bearer realm=${quoted(realm)}, error=${quoted(error)}`;
          const header = schemes.toSpliced(at, 0, bearer).join(", ");
          expect(parseChallenge(headerOf(header))).toEqual({ scope: [], realm, error });
        }),
      );
    });

    it.each(['"\\"', '"', "a=", '="', "\\", " ", ",", "Bearer ", 'a="\\'])(
      "answers for 16 384 characters of %j in a moment",
      (part) => {
        const header = part.repeat(Math.ceil(16_384 / part.length));
        // Quadratic time would be 270 million steps: far beyond the runner's limit once done this often.
        for (let i = 0; i < 50; i++) parseChallenge(headerOf(`Bearer ${header}`));
      },
    );
  });
});
