import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { jwtBearerForm, TestAgent } from "../../../test-support/agent.ts";
import { ControlClient } from "../../../test-support/control-client.ts";
import { type MockSts, startMockSts } from "../../mock-sts.ts";
import { fingerprint } from "../../oauth/fingerprint.ts";

let mock: MockSts;
let agent: TestAgent;
let client: ControlClient;
beforeAll(async () => {
  mock = await startMockSts({ recordSecrets: true });
  agent = new TestAgent(mock);
  client = new ControlClient(mock);
});
afterEach(() => mock.recorder.clear());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await mock.close();
});

/** Requests without a token, and with wrong ones. */
const strangers = () => [
  {},
  { authorization: "Bearer" },
  { authorization: "Bearer wrong" },
  { authorization: mock.adminToken },
  { authorization: `Basic ${mock.adminToken}` },
  { authorization: `Bearer ${mock.adminToken}x` },
  { authorization: `Bearer ${mock.adminToken.slice(1)}` },
];

describe("adminToken", () => {
  it("is long, and another for each mock", async () => {
    await using other = await startMockSts();
    expect(mock.adminToken).toMatch(/^[\w-]{43}$/);
    expect(other.adminToken).not.toBe(mock.adminToken);
  });

  it("signs users in, and nothing else does", async () => {
    const json = { sub: "alice", expiresInMs: 60_000, claims: { may_act: { sub: "agent" } } };
    for (const headers of strangers()) {
      const refused = await client.send("POST", "/user-token", { json, headers });
      expect([refused.status, refused.headers["www-authenticate"]]).toEqual([
        401,
        'Bearer realm="mock-sts controls"',
      ]);
      expect(refused.body).not.toHaveProperty("token");
    }
    const { body } = await client.send("POST", "/user-token", { json, headers: client.admin });
    const { token, fingerprint: mark } = body as { token: string; fingerprint: string };
    expect(fingerprint(token)).toBe(mark);
    expect((await agent.requestToken(jwtBearerForm(token))).status).toBe(200);
  });

  it("says which field of a user is wrong", async () => {
    for (const [json, field] of [
      [{}, "sub"],
      [{ sub: "a", expiresIn: 1 }, "expiresIn"],
      [{ sub: "a", tenant: "nowhere" }, "nowhere"],
    ] as const) {
      const response = await client.send("POST", "/user-token", { json, headers: client.admin });
      expect(response.status).toBe(400);
      expect((response.body as { message: string }).message).toContain(field);
    }
  });
});

describe("recordSecrets", () => {
  const tokensOf = async () => {
    const assertion = await mock.userToken({ sub: "alice" });
    const { token } = await agent.requestToken(jwtBearerForm(assertion));
    return [assertion, token];
  };

  it("shows the values of tokens to holders of the admin token", async () => {
    for (const token of await tokensOf()) {
      const path = `/tokens/${fingerprint(token)}/value`;
      for (const headers of strangers()) {
        const refused = await client.send("GET", path, { headers });
        expect(refused.status).toBe(401);
        expect(JSON.stringify(refused)).not.toContain(token);
      }
      expect((await client.send("GET", path, { headers: client.admin })).body).toEqual({ token });
      const verdict = await client.get(`/tokens/${fingerprint(token)}`);
      expect(verdict).toMatchObject({ valueKept: true });
      expect(JSON.stringify(verdict)).not.toContain(token);
    }
  });

  it("shows them nowhere else", async () => {
    const events = await client.events();
    const tokens = await tokensOf();
    const shown = [
      await events.next(),
      await client.get("/requests"),
      await client.get("/state"),
      inspect(mock, { depth: null, showHidden: false, getters: true, maxStringLength: null }),
    ];
    events.close();
    for (const token of tokens) expect(JSON.stringify(shown)).not.toContain(token);
  });

  it("is off unless asked for: then no value is there to be shown", async () => {
    await using shy = await startMockSts();
    await using shyAgent = new TestAgent(shy);
    await using shyClient = new ControlClient(shy);
    const { token } = await shyAgent.requestToken();
    const path = `/tokens/${fingerprint(token)}/value`;
    const response = await shyClient.send("GET", path, { headers: shyClient.admin });
    expect(response.status).toBe(404);
    expect((response.body as { message: string }).message).toContain("--record-secrets");
  });
});
