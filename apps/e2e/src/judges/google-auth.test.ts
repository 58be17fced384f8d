import { IdentityPoolClient } from "google-auth-library";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { plainSecretClient } from "./sts-clients.test-support.ts";
import { openTrustedMock } from "./trusted-mock.test-support.ts";

const SCOPE = "https://scopes.example/read";
const POOL = "//identity.example/locations/global/workloadIdentityPools/agents";

async function openPool(subjectTokenOf?: () => Promise<string>) {
  const mock = await openTrustedMock({
    clients: [plainSecretClient],
    sts: { targets: [{ audience: POOL, scopes: [SCOPE] }] },
  });
  const getSubjectToken = subjectTokenOf ?? (() => mock.userToken({ sub: "alice" }));
  const pool = new IdentityPoolClient({
    type: "external_account",
    audience: POOL,
    scopes: [SCOPE],
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    subject_token_supplier: { getSubjectToken },
    token_url: mock.sts.tokenEndpoint,
    client_id: plainSecretClient.clientId,
    client_secret: plainSecretClient.clientSecret,
  });
  return { mock, pool };
}

describe("google-auth-library's external account as a client of the mock", () => {
  it("exchanges a workload's JWT for a token of its pool", async () => {
    const { mock, pool } = await openPool();
    const { token } = await pool.getAccessToken();
    const { sub, aud, scope } = decodeJwt(String(token));
    expect({ sub, aud, scope }).toEqual({ sub: "alice", aud: POOL, scope: SCOPE });
    expect(mock.recorder.count({ route: "sts-token" })).toBe(1);
  });

  it("keeps the token for as long as the answer says", async () => {
    const { mock, pool } = await openPool();
    await pool.getAccessToken();
    await pool.getAccessToken();
    expect(mock.recorder.count({ route: "sts-token" })).toBe(1);
  });

  it("understands a refusal", async () => {
    const { pool } = await openPool(async () => "no token at all");
    const failure = await rejection(pool.getAccessToken());
    expect(String(failure)).toContain("Error code invalid_request");
  });
});
