import { fingerprint } from "@agent-oauth/mock-sts";
import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

describe("token requests of the customer flow", () => {
  it.each(["system", "user"] as const)(
    "sends one for 1,000 cold callers of a %s token",
    async (kind) => {
      const { client, signIn, tokenRequests } = await openAgent();
      const userToken = await signIn("alice");
      const tokens = await atOnce(1_000, () =>
        kind === "system" ? client.getSystemAuth() : client.getUserAuth(userToken),
      );
      expect(tokenRequests()).toBe(1);
      expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    },
  );

  it("sends one per user for 1,000 cold callers of ten users", async () => {
    const { client, mock, signIn, tokenRequests } = await openAgent();
    const users = await atOnce(10, (index) => signIn(`user-${index}`));
    await atOnce(1_000, (index) => client.getUserAuth(users[index % 10] ?? ""));
    expect(tokenRequests()).toBe(10);
    const subjects = mock.recorder.requests.map(({ issued }) => issued?.claims?.sub);
    expect(new Set(subjects).size).toBe(10);
  });

  it("sends one for the first system token, none for the second, one after clearTokenCache", async () => {
    const { client, mock, tokenRequests } = await openAgent();
    const first = await client.getSystemAuth();
    expect(tokenRequests()).toBe(1);
    const second = await client.getSystemAuth();
    expect(tokenRequests()).toBe(1);
    expect(second.token).toBe(first.token);
    client.clearTokenCache();
    const third = await client.getSystemAuth();
    expect(tokenRequests()).toBe(2);
    expect(third.token).not.toBe(first.token);
    expect(mock.recorder.count({ route: "token", grant: "client_credentials", status: 200 })).toBe(
      2,
    );
  });

  it("sends one for the first user token, none for the second, one after clearTokenCache", async () => {
    const { client, signIn, tokenRequests } = await openAgent();
    const userToken = await signIn("alice");
    const first = await client.getUserAuth(userToken);
    expect(tokenRequests()).toBe(1);
    const second = await client.getUserAuth(userToken);
    expect(tokenRequests()).toBe(1);
    expect(second.token).toBe(first.token);
    client.clearTokenCache();
    const third = await client.getUserAuth(userToken);
    expect(tokenRequests()).toBe(2);
    expect(third.token).not.toBe(first.token);
  });

  it("sends what IAS wants on the wire, the client's certificate with it", async () => {
    const { client, mock, signIn } = await openAgent();
    await client.getSystemAuth();
    await client.getUserAuth(await signIn("alice"));
    const [system, user] = mock.recorder.requests;
    const resource = "urn:sap:identity:application:provider:name:agent-gateway";
    const common = { client_id: mock.clientId, resource };
    expect(system?.form).toEqual({
      ...common,
      grant_type: "client_credentials",
      response_type: "token",
    });
    expect(user?.form).toEqual({
      ...common,
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      token_format: "jwt",
      assertion: `sha256:${user?.assertion?.fingerprint}`,
    });
    const bound = system?.issued?.claims?.cnf;
    expect(bound).toEqual({ "x5t#S256": system?.tls.clientCertificate });
    expect(user?.issued?.claims).toMatchObject({ sub: "alice", cnf: bound });
  });

  it("keeps one token for a user token with and without its scheme, and sends it without", async () => {
    const { client, mock, signIn, tokenRequests, whoami } = await openAgent();
    const userToken = await signIn("alice");
    const tokens = await Promise.all(
      [userToken, `Bearer ${userToken}`, `bearer  ${userToken} `].map((text) =>
        client.getUserAuth(text),
      ),
    );
    expect(tokenRequests()).toBe(1);
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    const [request] = mock.recorder.requests;

    expect(request?.assertion?.fingerprint).toBe(fingerprint(userToken));

    await whoami("orders", userToken);
    await whoami("orders", `Bearer ${userToken}`);
    expect(mock.recorder.count({ mcpMethod: "initialize" })).toBe(1);
  });
});
