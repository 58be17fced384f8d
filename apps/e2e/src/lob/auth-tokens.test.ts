import { describe, expect, it } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { fragmentOf, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";

describe("a token item with an error", () => {
  it("before a good one costs nothing", async () => {
    const { mock, whoami, signIn, asked } = await openLobAgent();
    mock.controls.tenant(TENANT).authTokens = { error: "first" };
    expect(await whoami(TENANT, await signIn("alice", TENANT))).toMatchObject({ sub: "alice" });
    expect(asked()).toEqual(["xsuaa-token", "fragments", "destination"]);
  });

  it("alone is an error that quotes it, and names tenant, destination and fragment", async () => {
    const { client, mock, signIn } = await openLobAgent();
    mock.controls.tenant(TENANT).authTokens = { error: "alone" };
    const userToken = await signIn("alice", TENANT);
    for (const [call, fragment] of [
      [() => client.getSystemAuth({ tenant: TENANT }), fragmentOf(TENANT, "ias")],
      [() => client.getUserAuth(userToken, { tenant: TENANT }), fragmentOf(TENANT, "ias-user")],
    ] as const) {
      const error = await rejection(call());
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
      for (const name of [TENANT, mock.iasDestination, fragment]) {
        expect(String(error)).toContain(JSON.stringify(name));
      }
      expect(String(error)).toContain(
        "No consumed apis matching provided resource parameter found",
      );
    }
    expect(mock.recorder.count({ listener: "gateway" })).toBe(0);
  });

  it("says that a user token is for another client, or has ended", async () => {
    const { client, mock } = await openLobAgent();
    const sentinel = "sentinel-within-a-claim";
    for (const spoilt of [{ clientId: "another-client" }, { expiresInMs: -60_000 }]) {
      const userToken = await mock.userToken({
        sub: "alice",
        tenant: TENANT,
        claims: { sentinel },
        ...spoilt,
      });
      const error = await rejection(client.getUserAuth(userToken, { tenant: TENANT }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
      expect(String(error)).toMatch(/Token service refused: invalid_grant/);
      expect(String(error)).not.toContain(userToken);
      expect(String(error)).not.toContain(sentinel);
    }
  });
});

describe("an access token that does not say when it ends", () => {
  it.each(["opaque", "jwt-without-exp"] as const)(
    "(%s) ends when the service says, and works until then",
    async (format) => {
      const agent = await openLobAgent();
      const { client, mock, advance, asked, whoami, signIn } = agent;
      mock.controls.tenant(TENANT).authTokens = { format, expiresIn: "600" };
      const userToken = await signIn("alice", TENANT);
      const { expiresAt } = await client.getUserAuth(userToken, { tenant: TENANT });
      expect(expiresAt).toBe(agent.clock.now() + 600_000);
      expect(await whoami(TENANT, userToken)).toMatchObject({ sub: "alice" });
      mock.recorder.clear();
      advance(600_000 - 30_000);
      await client.getUserAuth(userToken, { tenant: TENANT });
      expect(asked()).toEqual(["fragments", "destination"]);
    },
  );

  it("and that the service says nothing of is used for fallbackLifetimeMs", async () => {
    const { client, mock, advance, asked } = await openLobAgent({
      flow: { fallbackLifetimeMs: 120_000 },
    });
    mock.controls.tenant(TENANT).authTokens = { format: "opaque", expiresIn: "soon" };
    const { expiresAt } = await client.getSystemAuth({ tenant: TENANT });
    expect(expiresAt).toBeUndefined();
    mock.recorder.clear();
    advance(90_000);
    await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual([]);
    advance(30_000);
    await client.getSystemAuth({ tenant: TENANT });
    expect(asked()).toEqual(["fragments", "destination"]);
  });
});

describe("an access token of which the service knows an earlier end", () => {
  it("ends then, though it says it lives for an hour", async () => {
    const { client, clock, mock } = await openLobAgent();
    mock.controls.tenant(TENANT).authTokens = { expiresIn: "90" };
    const { expiresAt } = await client.getSystemAuth({ tenant: TENANT });
    expect(expiresAt).toBe(clock.now() + 90_000);
  });
});

describe("a destination that cannot be read", () => {
  it.each(["html", "truncated-json", "empty"] as const)(
    "since the answer is no JSON, is an error that does not show it: %s",
    async (breakage) => {
      const { client, mock } = await openLobAgent();
      mock.controls.breakNext(breakage, { route: "destination" });
      const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", status: 200, retryable: false });
      for (const name of [TENANT, mock.iasDestination, fragmentOf(TENANT, "ias")]) {
        expect(String(error)).toContain(JSON.stringify(name));
      }
      expect(String(error)).not.toMatch(/<|html|eyJ/i);
    },
  );

  it("since there is none of the landscape, is named", async () => {
    const { client } = await openLobAgent({ flow: { landscape: "eu99" } });
    const error = await rejection(client.getSystemAuth({ tenant: TENANT }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", status: 404, retryable: false });
    expect(String(error)).toMatch(/"sap-managed-runtime-ias-eu99".*provider's subaccount/);
  });
});
