import { describe, expect, it } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { type AccessToken, createAccessToken } from "./access-token.ts";
import { checkedToken } from "./checked-token.ts";

const check = (answer: unknown) => checkedToken(answer as AccessToken);
const SECRET = "s3cret-sentinel";

describe("checkedToken", () => {
  it("returns a token that was made here as it is", () => {
    const token = createAccessToken({ token: SECRET });
    expect(checkedToken(token)).toBe(token);
  });

  it("copies any other, with what rides along, and nobody can change the copy", () => {
    const scope = ["read"];
    const foreign = { token: SECRET, tokenType: "Bearer", scope, gatewayUrl: "https://gw.example" };
    const token = check(foreign);
    scope.push("admin");
    expect(token).toMatchObject({ token: SECRET, scope: ["read"], gatewayUrl: foreign.gatewayUrl });
    expect(() => (token.scope as string[]).push("admin")).toThrow(TypeError);
    expect(JSON.stringify(token)).not.toContain(SECRET);
  });

  it("reads a token that its class hides behind a getter", () => {
    class Foreign {
      get token() {
        return SECRET;
      }
    }
    expect(check(new Foreign()).token).toBe(SECRET);
  });

  it("takes side members as they come", () => {
    expect(check({ token: SECRET, scope: "read  write", expiresAt: null })).toMatchObject({
      scope: ["read", "write"],
      expiresAt: undefined,
    });
    expect(check({ token: SECRET, scope: 7 }).scope).toBeUndefined();
  });

  it.each([
    [undefined, "not undefined"],
    [null, "not null"],
    [SECRET, "not a string"],
    [{}, '"token" must be a string, not undefined'],
    [{ access_token: SECRET }, '"token" must be a string'],
    [Promise.resolve({ token: SECRET }), 'is an "await" missing?'],
    [{ token: "" }, "non-empty"],
    [{ token: " \n" }, "non-empty"],
    [{ token: [SECRET] }, "not a list"],
    [{ token: `${SECRET}\r\nX: y` }, "control characters"],
    [{ token: `${SECRET}\u0000` }, "control characters"],
    [{ token: SECRET.padEnd(65_537, "x") }, "longer than 65536"],
    [{ token: JSON.stringify({ access_token: SECRET }) }, 'whose "token" is a JSON document'],
    [{ token: SECRET, expiresAt: "2026" }, '"expiresAt" must be a number'],
    [{ token: SECRET, expiresAt: new Date() }, '"expiresAt" must be a number'],
  ])("refuses %j and says what it is", (answer, why) => {
    let error: unknown;
    try {
      check(answer);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(TokenError.isInstance(error) && error.message).toContain(why);
    expect(String((error as Error).stack)).not.toContain(SECRET);
  });
});
