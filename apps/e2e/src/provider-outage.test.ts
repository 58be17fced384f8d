import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fromTokenProvider, type RawTokenResponse } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { rejection } from "./agent.test-support.ts";

/** A token provider as the README has it, with the plain `fetch`, and its server. */
async function openProvider() {
  const server: Server = createServer((_, response) =>
    response.end(JSON.stringify({ access_token: "token", expires_in: 3_600 })),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(stop);
  const clock = createFakeClock();
  let calls = 0;
  const source = fromTokenProvider(
    async () => {
      calls++;
      const response = await fetch(`http://127.0.0.1:${port}`);
      return (await response.json()) as RawTokenResponse;
    },
    { clock, random: () => 0.99 },
  );
  onTestFinished(() => source.close());
  return { source, clock, stop, calls: () => calls };
}

describe("a token provider with plain fetch", () => {
  it("hands out the old token through an outage, while its calls back off", async () => {
    const { source, clock, stop, calls } = await openProvider();
    await source.getToken();
    await stop();
    clock.advance(3_590_000); // Past the time of a refresh, not past the token's own.
    for (let i = 0; i < 50; i++) expect((await source.getToken()).token).toBe("token");
    expect(calls()).toBe(2);
  });

  it("says what failed, retryably, and is not called for each who asks", async () => {
    const { source, stop, calls } = await openProvider();
    await stop();
    for (let i = 0; i < 50; i++) {
      const error = await rejection(source.getToken());
      expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: true });
      if (i === 0) expect(String(error)).toMatch(/threw TypeError \(ECONNREFUSED\)$/);
    }
    expect(calls()).toBe(1);
  });
});
