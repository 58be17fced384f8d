import { createFakeClock } from "@agent-oauth/core/testing";
import { authority } from "@agent-oauth/test-support/certificates";
import { respondJson } from "@agent-oauth/test-support/https-server";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCustomerMtlsFlow } from "./create-flow.ts";
import { credentialsWith } from "./credentials/credentials.test-support.ts";
import { startIas } from "./ias/ias.test-support.ts";

/** A flow whose tokens state two lifetimes in seconds: one in the response, one in their own `exp`. */
async function flowWith(lifetimes: { readonly expires_in?: number; readonly own: number }) {
  const ias = await startIas();
  const clock = createFakeClock(Math.ceil(Date.now() / 1_000) * 1_000);
  ias.respond = (response) => {
    const access_token = unsignedJwt({
      jti: ias.requests.length,
      exp: clock.now() / 1_000 + lifetimes.own,
    });
    const { expires_in } = lifetimes;
    respondJson(response, { access_token, token_type: "Bearer", expires_in });
  };
  const credentials = credentialsWith({ tokenServiceUrl: ias.tokenServiceUrl });
  const flow = await createCustomerMtlsFlow({
    credentials,
    ca: authority,
    clock,
    expiryBufferMs: 0,
  });
  onTestFinished(async () => {
    await flow.close();
    await ias.close();
  });
  return { ias, clock, flow };
}

describe.each([
  [{ expires_in: 3_600, own: 600 }, 600_000],
  [{ expires_in: 600, own: 3_600 }, 600_000],
  [{ own: 600 }, 600_000],
  [{ expires_in: 0, own: 600 }, 600_000],
])("a token with the lifetimes %j", (lifetimes, lifetimeMs) => {
  it.each(["systemTokens", "userTokens"] as const)(
    "of %s is served until the earlier of them",
    async (source) => {
      const { ias, clock, flow } = await flowWith(lifetimes);
      const request = source === "userTokens" ? { subjectToken: "ann" } : {};
      const token = await flow[source].getToken(request);
      expect(token.expiresAt).toBe(clock.now() + lifetimeMs);
      clock.advance(lifetimeMs);
      expect(await flow[source].getToken(request)).not.toBe(token);
      expect(ias.requests).toHaveLength(2);
    },
  );
});
