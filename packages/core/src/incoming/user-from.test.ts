import { inspect } from "node:util";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { parseChallenge } from "../challenge/parse-challenge.ts";
import { TokenError } from "../errors/token-error.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import { UnauthorizedError } from "./unauthorized-error.ts";
import { type UserFromOptions, userFrom } from "./user-from.ts";

const url = "https://agent.example/chat";

/** The same header as each kind of request has it. */
const kinds: readonly [string, (value: string) => IncomingRequest][] = [
  ["a Request", (value) => new Request(url, { headers: { authorization: value } })],
  ["an IncomingMessage", (value) => node([value])],
  [
    "a request around another",
    (value) => ({ headers: { authorization: value }, raw: node([value]) }),
  ],
  [
    "an event of a function service",
    (value) => ({ headers: { Authorization: value, other: "x" } }),
  ],
  ["an event with lists of values", (value) => ({ headers: { AUTHORIZATION: [value] } })],
];

/** Node keeps the first Authorization header, and all of them in `rawHeaders`. */
function node(values: readonly string[]): IncomingRequest & object {
  return {
    headers: { ...(values[0] !== undefined && { authorization: values[0] }) },
    rawHeaders: ["Host", "agent.example", ...values.flatMap((value) => ["Authorization", value])],
  };
}

function refusalOf<R extends IncomingRequest>(request: R, options?: UserFromOptions<R>) {
  try {
    return userFrom(request, options);
  } catch (error) {
    if (UnauthorizedError.isInstance(error)) return error;
    throw error;
  }
}

describe.each(kinds)("userFrom of %s", (_, request) => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER  abc ", "abc"],
    ["Bearer a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="],
  ])("reads the token of %j", (value, subjectToken) => {
    const user = userFrom(request(value));
    expect(user).toEqual({ subjectToken });
    expect(Object.isFrozen(user)).toBe(true);
    expect(normalizeTokenRequest(user)).toEqual({ subjectToken });
  });

  it.each([
    "",
    " ",
    "Bearer",
    "Bearer ",
    "bearer   ",
    "Basic YTpi",
    "Bearerabc",
    "DPoP abc",
    'Digest username="a", realm="b"',
  ])("refuses %j with 401 and a challenge that names no error", (value) => {
    expect(refusalOf(request(value))).toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
      retryable: false,
      status: 401,
      statusCode: 401,
      headers: { "WWW-Authenticate": 'Bearer realm="agent"' },
      message: "Cannot read the user of the request: it carries no bearer token",
    });
  });

  it.each(["Bearer a b", "Bearer Bearer abc", "Bearer a\u00e9", "Bearer a\tb"])(
    "refuses the malformed %j with 401 and invalid_token",
    (value) => {
      expect(refusalOf(request(value))).toMatchObject({
        status: 401,
        oauthError: "invalid_token",
        headers: {
          "WWW-Authenticate":
            'Bearer realm="agent", error="invalid_token", error_description="its token is malformed"',
        },
      });
    },
  );

  it.each([
    [-1, undefined],
    [0, undefined],
    [1, "invalid_token"],
  ])("takes a token %i characters longer than the maximum as it must", (more, error) => {
    const value = `Bearer ${"x".repeat(16_384 + more)}`;
    const refusal = refusalOf(request(value));
    expect(Object(refusal).oauthError).toBe(error);
    const short = refusalOf(request("Bearer xxxxx"), { maxTokenLength: 5 - more });
    expect(Object(short).oauthError).toBe(more === 1 ? "invalid_token" : undefined);
  });
});

describe("userFrom", () => {
  it.each<[string, IncomingRequest]>([
    ["no header", { headers: {} }],
    ["no header of a Request", new Request(url)],
    ["a header that is no text", { headers: { authorization: 7 } }],
    ["an undefined header", { headers: { authorization: undefined } }],
  ])("refuses %s with 401", (_, request) => {
    expect(refusalOf(request)).toMatchObject({ status: 401 });
  });

  it.each<[string, IncomingRequest]>([
    ["Node", node(["Bearer alice", "Bearer bob"])],
    ["Node, of another scheme", node(["Bearer alice", "Basic YTpi"])],
    [
      "a framework over Node",
      { headers: { authorization: "Bearer alice" }, raw: node(["Bearer alice", "Bearer bob"]) },
    ],
    [
      "a Request",
      new Request(url, {
        headers: [
          ["authorization", "Bearer alice"],
          ["authorization", "Bearer bob"],
        ],
      }),
    ],
    ["a function service", { headers: { authorization: ["Bearer alice", "Bearer bob"] } }],
    [
      "names in two cases",
      { headers: { authorization: "Bearer alice", Authorization: "Bearer bob" } },
    ],
  ])(
    "refuses several headers of %s with 400: who verified one may have read another one",
    (_, request) => {
      const refusal = refusalOf(request);
      expect(refusal).toMatchObject({
        status: 400,
        statusCode: 400,
        oauthError: "invalid_request",
      });
      expect(inspect(refusal)).not.toMatch(/alice|bob/);
    },
  );

  it("takes a header that a framework has set for what was sent", () => {
    const request = { ...node([]), headers: { authorization: "Bearer of-a-cookie" } };
    expect(userFrom(request)).toEqual({ subjectToken: "of-a-cookie" });
  });

  it("writes a challenge that clients can read", () => {
    const challenge = {
      realm: "orders of (all) users",
      scope: ["orders:read", "orders:write"],
      resourceMetadata: "https://agent.example/.well-known/oauth-protected-resource",
    };
    const refusal = refusalOf(new Request(url, { headers: { authorization: "Bearer a b" } }), {
      challenge,
    });
    const response = Object(refusal).getResponse();
    expect(response.status).toBe(401);
    expect(response.body).toBeNull();
    expect(parseChallenge(response)).toEqual({
      ...challenge,
      error: "invalid_token",
      errorDescription: "its token is malformed",
    });
  });

  it("never shows what the request carries", () => {
    for (const value of ["Bearer sentinel secret", "Basic sentinel", "Bearer sentinel, Bearer b"]) {
      const refusal = refusalOf(node([value]));
      const shown = [inspect(refusal, { depth: 9 }), JSON.stringify(refusal), String(refusal)];
      expect(shown.join()).not.toContain("sentinel");
    }
  });

  it("is a TokenError, known across copies of the package", () => {
    const refusal = refusalOf({ headers: {} });
    expect(TokenError.isInstance(refusal)).toBe(true);
    expect(Object(refusal).name).toBe("UnauthorizedError");
    expect(UnauthorizedError.isInstance(new TokenError("ERR_TOKEN_CONFIG", "x"))).toBe(false);
    expect(UnauthorizedError.isInstance(undefined)).toBe(false);
  });

  it.each([undefined, null, "x", {}, { headers: null }, { url }])(
    "refuses %o as no request",
    (request) => {
      expect(() => userFrom(request as never)).toThrow(TypeError);
      expect(() => userFrom(request as never)).toThrow('it has no "headers"');
    },
  );

  it.each([
    [{ claim: () => ({}) }, TypeError, 'did you mean "claims"'],
    [{ claims: { sub: "alice" } }, TypeError, '"claims" must be a function'],
    [{ maxTokenLength: 0 }, RangeError, '"maxTokenLength"'],
    [{ maxTokenLength: "5" }, TypeError, '"maxTokenLength"'],
    [{ challenge: "Bearer" }, TypeError, '"challenge" must be a plain object'],
    [{ challenge: { relm: "x" } }, TypeError, 'did you mean "realm"'],
    [{ challenge: { realm: 'a"b' } }, TypeError, '"realm" must hold'],
    [{ challenge: { realm: "a\r\nSet-Cookie: b" } }, TypeError, '"realm" must hold'],
    [{ challenge: { realm: " " } }, TypeError, '"realm" must hold'],
    [{ challenge: { scope: "a b" } }, TypeError, '"scope" must be a list'],
    [{ challenge: { scope: ["a b"] } }, TypeError, '"scope" must hold'],
    [
      { challenge: { resourceMetadata: "/metadata" } },
      TypeError,
      '"resourceMetadata" must be an absolute URL',
    ],
  ])("refuses the options %o", (options, type, text) => {
    const call = () => userFrom(node(["Bearer abc"]), options as never);
    expect(call).toThrow(type);
    expect(call).toThrow(text);
    expect(call).toThrow(/^Cannot read the user of a request: /);
  });
});

describe("the principal of userFrom", () => {
  const iss = "https://idp.example";
  const principal = (token: string, claims: unknown) => {
    const user = refusalOf(node([`Bearer ${token}`]), { claims: () => claims as never });
    return UnauthorizedError.isInstance(user) ? user.message : user?.principal;
  };

  it("is absent without verified claims, whatever the token says of itself", () => {
    const token = unsignedJwt({ iss, sub: "alice" });
    expect(userFrom(node([`Bearer ${token}`]))).toEqual({ subjectToken: token });
  });

  it("names issuer and subject, so that equal subjects of two issuers stay apart", () => {
    expect(principal("opaque", { iss, sub: "alice" })).toBe('["https://idp.example","alice"]');
    const names = [
      { iss, sub: "alice" },
      { iss: "https://other.example", sub: "alice" },
      { sub: "alice" },
      { sub: `["${iss}","alice"]` },
      { iss: "null", sub: "alice" },
    ].map((claims) => principal("opaque", claims));
    expect(new Set(names).size).toBe(names.length);
  });

  it("is read of the request that was verified", () => {
    const request = { ...node(["Bearer abc"]), auth: { payload: { iss, sub: "alice" } } };
    const user = userFrom(request, { claims: ({ auth }) => auth.payload });
    expect(user).toEqual({ subjectToken: "abc", principal: `["${iss}","alice"]` });
  });

  it.each([
    [undefined, "nobody verified its token"],
    [{}, "the verified claims name no subject"],
    [{ iss }, "the verified claims name no subject"],
    [{ iss, sub: " " }, "the verified claims name no subject"],
    [{ iss, sub: 7 }, "the verified claims name no subject"],
    [{ iss: "", sub: "alice" }, "the verified claims name no issuer"],
    [{ iss: 7, sub: "alice" }, "the verified claims name no issuer"],
  ])("is not made of the claims %o: the request is refused", (claims, reason) => {
    expect(principal("opaque", claims)).toBe(`Cannot read the user of the request: ${reason}`);
    expect(refusalOf(node(["Bearer x"]), { claims: () => claims as never })).toMatchObject({
      status: 401,
      oauthError: "invalid_token",
    });
  });

  it.each([
    [{ iss, sub: "bob" }],
    [{ iss: "https://other.example", sub: "alice" }],
    [{ iss }],
    [{ sub: "alice" }],
  ])("is refused if the claims are those of another token than %o", (own) => {
    expect(principal(unsignedJwt(own), { iss, sub: "alice" })).toContain("those of another token");
  });

  it("may be made of claims without an issuer", () => {
    expect(principal(unsignedJwt({ iss, sub: "alice" }), { sub: "alice" })).toBe('[null,"alice"]');
  });

  it("is not asked for if there is no token, so a request without one is a 401 in any case", () => {
    const claims = () => {
      throw new Error("there is no auth");
    };
    expect(refusalOf({ headers: {} }, { claims })).toMatchObject({ status: 401 });
  });
});
