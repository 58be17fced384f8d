import { createFakeClock } from "@agent-oauth/core/testing";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, onTestFinished } from "vitest";
import { startBtp } from "../btp.test-support.ts";
import { flowAt } from "../flow.test-support.ts";

interface Lifetimes {
  readonly expires_in?: string;
  readonly own: number;
}

/** A flow whose gateway tokens state two lifetimes in seconds: one by the service, one in their own `exp`. */
async function flowWith({ expires_in, own }: Lifetimes) {
  const btp = await startBtp();
  onTestFinished(() => btp.close());
  const clock = createFakeClock(Math.ceil(Date.now() / 1_000) * 1_000);
  btp.respond = ({ path }) => {
    if (!path.includes("/v2/")) return undefined;
    const value = unsignedJwt({ jti: btp.requests.length, exp: clock.now() / 1_000 + own });
    const authTokens = [{ type: "Bearer", value, expires_in }];
    return { body: { destinationConfiguration: btp.destination, authTokens } };
  };
  return { btp, clock, flow: await flowAt(btp, { clock, expiryBufferMs: 0 }) };
}

describe.each<[Lifetimes, number]>([
  [{ expires_in: "3600", own: 600 }, 600_000],
  [{ expires_in: "600", own: 3_600 }, 600_000],
  [{ own: 600 }, 600_000],
  [{ expires_in: "0", own: 600 }, 600_000],
])("a gateway token with the lifetimes %j", (lifetimes, lifetimeMs) => {
  it.each(["systemTokens", "userTokens"] as const)(
    "of %s is served until the earlier of them",
    async (source) => {
      const { btp, clock, flow } = await flowWith(lifetimes);
      const user = source === "userTokens" && { subjectToken: "ann" };
      const request = { tenant: "acme", ...user };
      const token = await flow[source].getToken(request);
      expect(token.expiresAt).toBe(clock.now() + lifetimeMs);
      clock.advance(lifetimeMs);
      expect(await flow[source].getToken(request)).not.toBe(token);
      expect(btp.calls().filter((call) => call.startsWith("find"))).toHaveLength(2);
    },
  );
});
