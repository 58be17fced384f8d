import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDpopKey } from "../../test-support/dpop.ts";
import { StsAgent, type StsForm, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const basic = { Authorization: `Basic ${Buffer.from("basic:s3cret").toString("base64")}` };

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  const secret = { authentication: "client_secret_basic", clientSecret: "s3cret" } as const;
  mock = await startMockSts({
    sts: {
      refreshTokens: true,
      targets: [
        { audience: "a", scopes: ["read", "write"] },
        { resource: "https://b.example/mcp" },
      ],
    },
    clients: [
      { clientId: "basic", ...secret },
      { clientId: "other", authentication: "none" },
    ],
  });
  agent = new StsAgent(mock);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const both = { audience: "a", resource: "https://b.example/mcp", scope: "read write" };

async function exchange(fields: StsForm = both, headers = {}) {
  const subject_token = await mock.userToken({ sub: "alice" });
  return agent.exchange({ subject_token, ...fields }, { ...basic, ...headers });
}

const firstToken = async () => String((await exchange()).body.refresh_token);

const refresh = (refresh_token: string | undefined, fields: StsForm = {}, headers = {}) =>
  agent.post({ grant_type: "refresh_token", refresh_token, ...fields }, { ...basic, ...headers });

describe("refresh tokens of the token exchange service", () => {
  it("renew a token for the same subject, targets and scope, also when the subject token has ended", async () => {
    const token = await firstToken();
    mock.controls.clockOffsetMs = 7_200_000;
    const renewed = await refresh(token);
    expect(renewed.status).toBe(200);
    expect(decodeJwt(renewed.token)).toMatchObject({
      sub: "alice",
      client_id: "basic",
      scope: "read write",
      aud: ["a", "https://b.example/mcp"],
    });
    expect(renewed.body).not.toHaveProperty("issued_token_type");
    expect(renewed.body.refresh_token).not.toBe(token);
    expect((await refresh(String(renewed.body.refresh_token))).status).toBe(200);
  });

  it("[8707-4] narrow targets and scope and never widen them; the next one may do all again", async () => {
    const token = await firstToken();
    for (const [fields, error] of [
      [{ resource: "https://c.example" }, "invalid_target"],
      [{ audience: "tickets" }, "invalid_target"],
      [{ scope: "read admin" }, "invalid_scope"],
      [{ token_format: "other" }, "invalid_request"],
    ] as const) {
      const { status, body } = await refresh(token, fields);
      expect([status, body.error]).toEqual([400, error]);
    }
    const narrow = await refresh(token, { audience: "a", scope: "read" });
    expect(decodeJwt(narrow.token)).toMatchObject({ aud: "a", scope: "read" });
    const whole = await refresh(String(narrow.body.refresh_token));
    expect(decodeJwt(whole.token)).toMatchObject({ scope: "read write" });
  });

  it("are good once: one that comes back ends all that came of it", async () => {
    const token = await firstToken();
    const next = String((await refresh(token)).body.refresh_token);
    expect((await refresh(token)).body.error).toBe("invalid_grant");
    expect((await refresh(next)).body.error).toBe("invalid_grant");
  });

  it("are refused if missing, unknown, ended or another client's", async () => {
    expect((await refresh(undefined)).body.error).toBe("invalid_request");
    expect((await refresh("unknown")).body.error).toBe("invalid_grant");
    const token = await firstToken();
    const form = { grant_type: "refresh_token", refresh_token: token, client_id: "other" };
    expect((await agent.post(form)).body.error).toBe("invalid_grant");
    mock.controls.clockOffsetMs = 86_400_000;
    expect((await refresh(token)).body.error).toBe("invalid_grant");
  });

  it("are of use with the key only that they came with", async () => {
    const key = await createDpopKey();
    const proof = async () => ({ DPoP: await key.prove({ url: mock.sts.tokenEndpoint }) });
    const token = String((await exchange(both, await proof())).body.refresh_token);
    expect((await refresh(token)).body.error).toBe("invalid_grant");
    expect((await refresh(token, {}, await proof())).body.token_type).toBe("DPoP");
  });

  it("[7009-1] can be revoked, by their client", async () => {
    const token = await firstToken();
    const url = mock.sts.revocationEndpoint;
    const foreign = await agent.post({ token, client_id: "other" }, {}, url);
    expect(foreign.body.error).toBe("unauthorized_client");
    expect((await agent.post({ token }, basic, url)).status).toBe(200);
    expect((await refresh(token)).body.error).toBe("invalid_grant");
  });

  it("[8693-8] can be asked for alone, and [8693-10] are not access tokens", async () => {
    const { status, body, token } = await exchange({
      ...both,
      requested_token_type: typeUrn("refresh_token"),
    });
    expect([status, body.issued_token_type, body.token_type]).toEqual([
      200,
      typeUrn("refresh_token"),
      "N_A",
    ]);
    expect(body).not.toHaveProperty("refresh_token");
    expect(decodeJwt((await refresh(token)).token).sub).toBe("alice");
  });

  it("come with access tokens of an exchange only", async () => {
    const idToken = await exchange({ requested_token_type: typeUrn("id_token") });
    expect(idToken.body).not.toHaveProperty("refresh_token");
    const own = await agent.post({ grant_type: "client_credentials", audience: "a" }, basic);
    expect([own.status, own.body.refresh_token]).toEqual([200, undefined]);
  });

  it("[8693-12] are absent unless the service is told to issue them", async () => {
    await using strict = await startMockSts({ sts: { publicClient: true } });
    await using client = new StsAgent(strict);
    const subject_token = await strict.userToken({ sub: "alice" });
    expect((await client.exchange({ subject_token })).body).not.toHaveProperty("refresh_token");
    const asked = { subject_token, requested_token_type: typeUrn("refresh_token") };
    expect((await client.exchange(asked)).body.error).toBe("invalid_request");
    const form = { grant_type: "refresh_token", refresh_token: "x" };
    expect((await client.post(form)).body.error).toBe("unsupported_grant_type");
  });
});
