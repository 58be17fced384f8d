import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM } from "../../test-support/agent.ts";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const basic = { Authorization: `Basic ${Buffer.from("basic:s3cret").toString("base64")}` };

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [{ clientId: "basic", authentication: "client_secret_basic", clientSecret: "s3cret" }],
  });
  agent = new StsAgent(mock, mock.clientCertificate);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const revoke = (fields: Record<string, string>, headers = {}, url = mock.revocationEndpoint) =>
  agent.post({ client_id: mock.clientId, ...fields }, headers, url);

async function isActive(token: string): Promise<unknown> {
  return (await agent.post({ token }, basic, mock.introspectionEndpoint)).body.active;
}

describe("revocation (RFC 7009)", () => {
  it.each(["jwt", "opaque"])("[7009-1] ends a token of format %s and no other", async (format) => {
    const request = () => agent.requestToken({ ...CLIENT_CREDENTIALS_FORM, token_format: format });
    const first = (await request()).token;
    const second = (await request()).token;
    const { status, headers } = await revoke({ token: first, token_type_hint: "access_token" });
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect([await isActive(first), await isActive(second)]).toEqual([false, true]);
    const response = await agent.postMcp("cost-centers", { Authorization: `Bearer ${first}` });
    expect(response.headers.get("www-authenticate")).toContain("invalid_token");
    await response.body?.cancel();
  });

  it("[7009-1] is content with unknown tokens, ended ones, and any hint", async () => {
    const { token } = await agent.requestToken();
    for (const fields of [
      { token: "unknown" },
      { token: "a.b.c", token_type_hint: "saml" },
      { token },
      { token },
    ]) {
      expect((await revoke(fields)).status).toBe(200);
    }
  });

  it("refuses another client's token, which stays good", async () => {
    const { token } = await agent.requestToken();
    const { status, body } = await agent.post({ token }, basic, mock.revocationEndpoint);
    expect([status, body.error]).toEqual([400, "unauthorized_client"]);
    expect(await isActive(token)).toBe(true);
  });

  it("asks the client to prove itself, and for a token", async () => {
    const anonymous = await agent.post({ token: "x" }, {}, mock.revocationEndpoint);
    expect([anonymous.status, anonymous.body.error]).toEqual([401, "invalid_client"]);
    expect((await revoke({})).body.error).toBe("invalid_request");
  });

  it("is there under the mTLS alias, at the token exchange service too", async () => {
    const { token } = await agent.requestToken();
    const alias = mock.revocationEndpoint.replace("/oauth2/", "/mtls/oauth2/");
    expect((await revoke({ token }, {}, alias)).status).toBe(200);
    expect(await isActive(token)).toBe(false);
    const ofSts = `${mock.sts.issuer}/mtls/revoke`;
    expect((await revoke({ token: "unknown" }, {}, ofSts)).status).toBe(200);
    expect(mock.recorder.requests.at(-1)).toMatchObject({ route: "revocation", status: 200 });
  });
});
