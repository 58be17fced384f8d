import { describe, expect, it, vi } from "vitest";
import type { TokenEvent } from "../events/token-event.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { fromTokenProvider } from "./from-token-provider.ts";
import type { TokenProvider } from "./token-provider.ts";

const URN = "urn:ietf:params:oauth:token-type:";

function source(answer: unknown) {
  const clock = createFakeClock();
  const told: TokenEvent[] = [];
  const provider = vi.fn(() => answer) as unknown as TokenProvider;
  const onEvent = (event: TokenEvent) => void told.push(event);
  return { made: fromTokenProvider(provider, { clock, onEvent }), provider, clock, told };
}

describe("fromTokenProvider: a raw token response", () => {
  it.each([
    [{ access_token: "abc", expires_in: 60 }, 60_000],
    [{ access_token: "abc", token_type: "bearer", expires_in: "60" }, 60_000],
    [{ access_token: "abc", expires_in: 60, expiresIn: 30 }, 30_000],
    [{ access_token: "other", token: "abc", expires_in: 60 }, undefined],
    [{ access_token: "abc", token_type: "BearerToken", expires_in: 60 }, 60_000],
    [{ access_token: "abc", token_type: null, issued_token_type: null, error: "x" }, undefined],
    [{ access_token: "abc", issued_token_type: `${URN}access_token` }, undefined],
  ])("%j is taken", async (answer, lifetimeMs) => {
    const { made, clock } = source(answer);
    const token = await made.getToken();
    expect(token.token).toBe("abc");
    const expected = lifetimeMs === undefined ? undefined : clock.now() + lifetimeMs;
    expect(token.expiresAt).toBe(expected);
  });

  it.each([
    [{ access_token: "sentinel", token_type: "DPoP" }, /"token_type" is not "Bearer"/],
    [{ token: "sentinel", tokenType: "N_A" }, /"tokenType" is not "Bearer"/],
    [{ access_token: "sentinel", issued_token_type: `${URN}refresh_token` }, /a refresh token, wh/],
    [{ access_token: "sentinel", issued_token_type: `${URN}SAML2 ` }, /a SAML assertion, which/],
    [{ token: "sentinel", issuedTokenType: "refresh_token" }, /a refresh token, which an API must/],
    [{ access_token: "" }, /an empty token/],
    [{ access_token: 5 }, /"token" is a number/],
    [{ accessToken: "sentinel" }, /without a "token".* or a token response with "access_token"$/],
  ])("%j is named", async (answer, message) => {
    const error: unknown = await source(answer)
      .made.getToken()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain("sentinel");
  });

  it.each([0, -5, "soon", 1_767_225_600, Number.NaN])(
    "an unusable lifetime of %j gets the fallback, and one call",
    async (expires_in) => {
      const { made, provider, told } = source({ access_token: "abc", expires_in });
      for (let i = 0; i < 5; i++) await made.getToken();
      expect(provider).toHaveBeenCalledTimes(1);
      const skipped = told.filter(({ type }) => type === "lifetime-skipped");
      expect(skipped).toMatchObject([{ field: "expires_in" }]);
    },
  );
});
