import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { pickAuthToken } from "./auth-token.ts";

const SENTINEL = "s3cr3t-sentinel-value";
const context = { doing: 'get a token with the fragment "f"', secrets: [SENTINEL] };
const failed = { type: "", value: "", error: "No consumed apis matching.", expires_in: "0" };
const good = {
  type: "Bearer",
  value: "good",
  expires_in: "3599",
  http_header: { key: "Authorization", value: "Bearer good" },
};
const withHeader = (value: string, key = "Authorization") => ({
  ...good,
  http_header: { key, value },
});

function fault(items: unknown): unknown {
  try {
    pickAuthToken(items, context);
  } catch (error) {
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
    return error;
  }
  throw new Error("a token was picked");
}

describe("pickAuthToken", () => {
  it.each<[string, unknown[], string]>([
    ["the only one", [good], "good"],
    ["the first usable one", [failed, null, "x", withHeader("Basic dTpw"), good, failed], "good"],
    ["what the header says", [withHeader("bEaReR  other ")], "other"],
    ["the value where there is no header", [{ type: "bearer", value: "bare" }], "bare"],
    ["the value where the header is empty", [withHeader("")], "good"],
    ["one without a type", [{ ...good, type: "" }], "good"],
    ["one beside an empty error", [{ ...good, error: "" }], "good"],
    ["whatever other case the header's name has", [withHeader("Bearer x", "authorization")], "x"],
  ])("picks %s", (_, items, token) => {
    expect(pickAuthToken(items, context).token).toBe(token);
  });

  it("hands on what the service says of its end", () => {
    expect(pickAuthToken([good], context).expires_in).toBe("3599");
  });

  it("tells the errors of all items if none is usable", () => {
    expect(fault([failed, { ...good, error: "invalid_grant" }])).toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
      retryable: false,
      message:
        'Cannot get a token with the fragment "f": the Destination Service retrieved no token: it failed: "No consumed apis matching."; it failed: "invalid_grant"',
    });
  });

  it("stops at the 64th of thousands of items", () => {
    const error = fault(Array.from({ length: 25_000 }, () => failed));
    expect(String(error)).toMatch(/it failed: "No consumed apis matching\."; and 59 more$/);
    expect(String(error).length).toBeLessThan(1_500);
  });

  it("does not repeat an error that may hold a secret", () => {
    const texts = [`assertion ${SENTINEL} expired`, "token eyJhbGciOiJSUzI1NiJ9.e30.x is bad"];
    const error = fault(texts.map((text) => ({ ...failed, error: text })));
    expect(String(error)).toMatch(/it failed; it failed$/);
  });

  it.each([undefined, null, [], {}, "text", [{}], [{ type: "Bearer", value: "" }]])(
    "says that there is none in %j",
    (items) => {
      expect(fault(items)).toMatchObject({
        code: "ERR_TOKEN_RESPONSE",
        message: expect.stringContaining("its response has none"),
      });
    },
  );

  it.each([
    [{ ...good, type: "SAML2" }],
    [withHeader("Basic dTpw")],
    [withHeader("bearers x")],
    [withHeader("Bearer x", "Cookie")],
  ])("refuses tokens of another kind: %j", (item) => {
    expect(fault([item])).toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
  });

  it("refuses a token that no header can carry", () => {
    expect(fault([withHeader(`Bearer ${SENTINEL}\u00e9`)])).toMatchObject({
      code: "ERR_TOKEN_RESPONSE",
    });
  });
});
