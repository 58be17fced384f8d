import { inspect } from "node:util";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { createSigningKeys } from "../keys/signing-keys.ts";
import type { Clock } from "../time/clock.ts";
import { type AccessTokenGrant, AccessTokens } from "./access-tokens.ts";

const issuer = "https://issuer.example";
const startMs = 1_800_000_000_000;
const audience = "api";

let clock: Clock & { time: number };
let tokens: AccessTokens;
const keys = createSigningKeys();
beforeEach(() => {
  clock = { time: startMs, offsetMs: 0, now: () => clock.time };
  tokens = new AccessTokens({ issuer, keys, clock, clockSkewMs: 0 });
});

const grant: AccessTokenGrant = {
  subject: "alice",
  clientId: "agent",
  audience,
  scope: ["read"],
  expiresAt: startMs + 60_000,
  format: "jwt",
  confirmation: undefined,
  claims: { sub: "must not win" },
};

async function isGood(token: string): Promise<boolean> {
  try {
    await tokens.verify(token, { audience });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidTokenError);
    // A refusal must not contain the refused token.
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(token);
    return false;
  }
}

describe("AccessTokens", () => {
  it.each(["jwt", "opaque"] as const)(
    "[9068-6] ends a token of format %s to the second",
    async (format) => {
      const { token } = await tokens.issue({ ...grant, format });
      for (const [offset, good] of [
        [59_999, true],
        [60_000, false],
        [60_001, false],
      ] as const) {
        clock.time = startMs + offset;
        expect(await isGood(token)).toBe(good);
      }
    },
  );

  it.each(["jwt", "opaque"] as const)("allows a skew for format %s", async (format) => {
    tokens = new AccessTokens({ issuer, keys, clock, clockSkewMs: 5_000 });
    const { token } = await tokens.issue({ ...grant, format });
    for (const [offset, good] of [
      [64_999, true],
      [65_000, false],
    ] as const) {
      clock.time = startMs + offset;
      expect(await isGood(token)).toBe(good);
    }
  });

  it("does not let further claims replace those of the token", async () => {
    const { token } = await tokens.issue(grant);
    expect(decodeJwt(token)).toMatchObject({ sub: "alice", scope: "read", iss: issuer });
  });

  it.each([
    ["another issuer", { iss: "https://issuer.example/" }],
    ["another audience", { aud: "other" }],
    ["no expiry", { exp: undefined }],
    ["no subject", { sub: undefined }],
    ["no client", { client_id: undefined }],
    ["no identifier", { jti: undefined }],
    ["no time of issue", { iat: undefined }],
  ])("[9068-6] refuses a token of its own key with %s", async (_what, change) => {
    const { claims } = await tokens.issue(grant);
    expect(await isGood(await keys.sign({ ...claims }, "at+jwt"))).toBe(true);
    const changed = JSON.parse(JSON.stringify({ ...claims, ...change }));
    expect(await isGood(await keys.sign(changed, "at+jwt"))).toBe(false);
  });

  it("[9068-1] refuses a token of another type", async () => {
    const { claims } = await tokens.issue(grant);
    expect(await isGood(await keys.sign({ ...claims }, "application/at+jwt"))).toBe(true);
    expect(await isGood(await keys.sign({ ...claims }, "JWT"))).toBe(false);
  });

  it("takes a list of audiences that holds the expected one", async () => {
    const { claims } = await tokens.issue(grant);
    expect(await isGood(await keys.sign({ ...claims, aud: ["x", audience] }, "at+jwt"))).toBe(true);
  });

  it("forgets tokens that have ended, and nothing else", async () => {
    await tokens.issue(grant);
    clock.time = startMs + 30_000;
    await tokens.issue({ ...grant, expiresAt: startMs + 90_000 });
    clock.time = startMs + 70_000;
    const { token } = await tokens.issue({ ...grant, expiresAt: startMs + 130_000 });
    expect(tokens.revoke("all")).toBe(2);
    expect(await isGood(token)).toBe(false);
  });
});
