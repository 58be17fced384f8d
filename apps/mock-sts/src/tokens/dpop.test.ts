import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDpopKey, type DpopKey, type DpopProof } from "../../test-support/dpop.ts";
import { StsAgent, type StsForm } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const basic = { Authorization: `Basic ${Buffer.from("basic:s3cret").toString("base64")}` };
const clients = [
  { clientId: "basic", authentication: "client_secret_basic", clientSecret: "s3cret" },
  { clientId: "bound", authentication: "none", dpopBoundTokens: true },
] as const;

let mock: MockSts;
let agent: StsAgent;
let key: DpopKey;
beforeAll(async () => {
  mock = await startMockSts({
    clients: [...clients],
    mcpServers: [
      ...["tickets", "strict"].map((name) => ({
        name,
        audience: name,
        ordId: `sap.mock:apiResource:${name}:v1`,
        globalTenantId: "1",
        requireDpop: name === "strict",
      })),
    ],
  });
  agent = new StsAgent(mock);
  key = await createDpopKey();
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const form = { grant_type: "client_credentials", audience: "tickets" };

async function request(proof: string | undefined, fields: StsForm = form, of = mock) {
  const headers = { ...basic, ...(proof !== undefined && { DPoP: proof }) };
  return agent.post(fields, headers, of.sts.tokenEndpoint);
}

const prove = (proof: Partial<DpopProof> = {}, of = key) =>
  of.prove({ url: mock.sts.tokenEndpoint, ...proof });

const boundToken = async (audience = "tickets") =>
  (await request(await prove(), { ...form, audience })).token;

describe("DPoP at the token endpoint (RFC 9449 §5)", () => {
  it("[9449-2] binds the token to the key of the proof", async () => {
    const { status, body, token } = await request(await prove());
    expect([status, body.token_type]).toEqual([200, "DPoP"]);
    expect(decodeJwt(token).cnf).toEqual({ jkt: key.thumbprint });
    const plain = await request(undefined);
    expect(plain.body.token_type).toBe("Bearer");
    expect(decodeJwt(plain.token)).not.toHaveProperty("cnf");
  });

  it("[9449-2] does so for every grant, at an identity tenant, and by introspection", async () => {
    await using certified = new StsAgent(mock, mock.clientCertificate);
    const exchanged = await agent.exchange(
      { subject_token: await mock.userToken({ sub: "alice" }), audience: "tickets" },
      { ...basic, DPoP: await prove() },
    );
    expect(exchanged.body.token_type).toBe("DPoP");
    const response = await certified.post(
      { token: exchanged.token },
      basic,
      mock.sts.introspectionEndpoint,
    );
    expect(response.body).toMatchObject({ token_type: "DPoP", cnf: { jkt: key.thumbprint } });
    const proof = await prove({ url: mock.tokenEndpoint });
    const fields = { grant_type: "client_credentials" };
    const ias = await agent.post(fields, { ...basic, DPoP: proof }, mock.tokenEndpoint);
    expect(decodeJwt(ias.token).cnf).toEqual({ jkt: key.thumbprint });
  });

  const wrongKey = async () => (await generateKeyPair("ES256")).privateKey;
  const privateJwk = async () => ({ jwk: await exportJWK(key.privateKey) });

  it.each<[string, () => Promise<Partial<DpopProof>>]>([
    ["another typ", async () => ({ header: { typ: "JWT" } })],
    ["no key", async () => ({ header: { jwk: undefined } })],
    ["a private key", async () => ({ header: await privateJwk() })],
    ["another key's signature", async () => ({ key: (await wrongKey()) as CryptoKey })],
    ["no jti", async () => ({ claims: { jti: undefined } })],
    ["no htm", async () => ({ claims: { htm: undefined } })],
    ["another htm", async () => ({ method: "GET" })],
    ["no htu", async () => ({ claims: { htu: undefined } })],
    ["another htu", async () => ({ url: `${mock.url}/oauth2/token` })],
    ["no iat", async () => ({ claims: { iat: undefined } })],
    ["an old iat", async () => ({ claims: { iat: Math.floor(Date.now() / 1000) - 70 } })],
    ["an iat in the future", async () => ({ claims: { iat: Math.floor(Date.now() / 1000) + 70 } })],
  ])("[9449-1] refuses a proof with %s", async (_what, make) => {
    const { status, body } = await request(await prove(await make()));
    expect([status, body.error]).toEqual([400, "invalid_dpop_proof"]);
    expect((await request(await prove())).status).toBe(200);
  });

  it("[9449-1] refuses a symmetric algorithm, a text that is not a JWT, two proofs, and one used twice", async () => {
    const proof = await prove();
    expect((await request(proof)).status).toBe(200);
    const header = Buffer.from(JSON.stringify({ alg: "none", typ: "dpop+jwt", jwk: {} }));
    const unsigned = `${header.toString("base64url")}.${proof.split(".")[1]}.`;
    for (const bad of [proof, "no-jwt", unsigned, `${await prove()}, ${await prove()}`]) {
      const { status, body } = await request(bad);
      expect([status, body.error]).toEqual([400, "invalid_dpop_proof"]);
    }
  });

  it("[9449-1] takes an htu without the query and with another spelling of the URL", async () => {
    const url = mock.sts.tokenEndpoint.replace("https://localhost", "HTTPS://LocalHost");
    expect((await request(await prove({ url: `${url}?a=b#c` }))).status).toBe(200);
  });

  it("[9449-1] checks the age of a proof by the mock's clock", async () => {
    mock.controls.clockOffsetMs = 600_000;
    const later = Math.floor(Date.now() / 1000) + 600;
    expect((await request(await prove({ claims: { iat: later } }))).status).toBe(200);
    expect((await request(await prove())).body.error).toBe("invalid_dpop_proof");
  });

  it("demands a proof of a client that is registered so", async () => {
    const fields = { subject_token: await mock.userToken({ sub: "a" }), client_id: "bound" };
    const without = await agent.exchange(fields);
    expect([without.status, without.body.error]).toEqual([400, "invalid_dpop_proof"]);
    expect((await agent.exchange(fields, { DPoP: await prove() })).body.token_type).toBe("DPoP");
  });

  it("[9449-5] binds to certificate or key, and to both only if told so", async () => {
    await using certified = new StsAgent(mock, mock.clientCertificate);
    const fields = { ...form, client_id: mock.clientId };
    const { status, body } = await certified.post(fields, { DPoP: await prove() });
    expect([status, body.error]).toEqual([400, "invalid_request"]);
    const both = { ...clients[0], clientId: "both", certificateBoundTokens: true };
    await using double = await startMockSts({ clients: [{ ...both, dpopBoundTokens: true }] });
    await using client = new StsAgent(double, double.clientCertificate);
    const url = double.sts.tokenEndpoint;
    const authorization = `Basic ${Buffer.from("both:s3cret").toString("base64")}`;
    const headers = { Authorization: authorization, DPoP: await key.prove({ url }) };
    const { token } = await client.post(form, headers);
    expect(decodeJwt(token).cnf).toEqual({
      jkt: key.thumbprint,
      "x5t#S256": expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it("exchanges a bound token for the holder of its key only", async () => {
    const subject_token = await boundToken();
    const fields = { subject_token, subject_token_type: "urn:ietf:params:oauth:token-type:jwt" };
    for (const [proof, status] of [
      [undefined, 400],
      [await prove({}, await createDpopKey()), 400],
      [await prove(), 200],
    ] as const) {
      const headers = { ...basic, ...(proof !== undefined && { DPoP: proof }) };
      expect((await agent.exchange(fields, headers)).status).toBe(status);
    }
  });
});

describe("nonces of DPoP (RFC 9449, sections 8 and 9)", () => {
  it("[9449-3] are asked for with 400 at the token endpoint and with 401 at the gateway", async () => {
    await using careful = await startMockSts({ clients: [...clients], dpopNonces: true });
    const url = careful.sts.tokenEndpoint;
    await using client = new StsAgent(careful);
    const refused = await client.post(form, { ...basic, DPoP: await key.prove({ url }) });
    expect([refused.status, refused.body.error]).toEqual([400, "use_dpop_nonce"]);
    const nonce = refused.headers.get("dpop-nonce") ?? "";
    const granted = await client.post(form, { ...basic, DPoP: await key.prove({ url, nonce }) });
    expect(granted.status).toBe(200);
    const call = async (mcpNonce?: string) => {
      const { token } = granted;
      const proof = { url: client.mcpUrl("tickets"), token, nonce: mcpNonce };
      const headers = { Authorization: `DPoP ${token}`, DPoP: await key.prove(proof) };
      const response = await client.postMcp("tickets", headers);
      await response.body?.cancel();
      return response;
    };
    const challenged = await call(nonce);
    expect(challenged.status).toBe(401);
    expect(challenged.headers.get("www-authenticate")).toMatch(/^DPoP error="use_dpop_nonce"/);
    const own = challenged.headers.get("dpop-nonce") ?? "";
    expect(own).not.toBe(nonce);
    expect((await call(own)).status).not.toBe(401);
  });

  it("[9449-3] are good for two periods by the mock's clock, whatever the time of the proof", async () => {
    await using careful = await startMockSts({ clients: [...clients], dpopNonces: true });
    await using client = new StsAgent(careful);
    const url = careful.sts.tokenEndpoint;
    const send = async (nonce?: string) =>
      client.post(form, { ...basic, DPoP: await key.prove({ url, nonce }) });
    const nonce = (await send()).headers.get("dpop-nonce") ?? "";
    careful.controls.clockOffsetMs = 300_000;
    expect((await send(nonce)).status).toBe(200);
    careful.controls.clockOffsetMs = 600_000;
    expect((await send(nonce)).body.error).toBe("use_dpop_nonce");
  });
});

describe("DPoP at the gateway (RFC 9449 §7)", () => {
  async function call(
    server: string,
    token: string,
    proof: Partial<DpopProof> | undefined,
    { scheme = "DPoP", of = key } = {},
  ) {
    const given = proof && (await of.prove({ url: agent.mcpUrl(server), token, ...proof }));
    const headers = { Authorization: `${scheme} ${token}`, ...(given && { DPoP: given }) };
    const response = await agent.postMcp(server, headers);
    await response.body?.cancel();
    const challenge = response.headers.get("www-authenticate") ?? "";
    return response.status === 401 ? challenge.replace(/, (error_desc|algs|resource).*/, "") : "in";
  }

  it("[9449-4] takes a bound token with its scheme and a proof of it", async () => {
    expect(await call("tickets", await boundToken(), {})).toBe("in");
    expect(await call("tickets", await boundToken(), {}, { scheme: "dpop" })).toBe("in");
  });

  it("[9449-4] refuses it as Bearer, and a bearer token as DPoP", async () => {
    const invalid = /error="invalid_token"$/;
    expect(await call("tickets", await boundToken(), {}, { scheme: "Bearer" })).toMatch(invalid);
    const { token } = await request(undefined);
    expect(await call("tickets", token, {})).toMatch(invalid);
    expect(await call("tickets", token, undefined, { scheme: "Bearer" })).toBe("in");
  });

  it("[9449-4] refuses another key, another token's ath, and none", async () => {
    const token = await boundToken();
    const other = await createDpopKey();
    const proofError = 'DPoP error="invalid_dpop_proof"';
    expect(await call("tickets", token, {}, { of: other })).toBe('DPoP error="invalid_token"');
    expect(await call("tickets", token, { token: await boundToken() })).toBe(proofError);
    expect(await call("tickets", token, { claims: { ath: undefined } })).toBe(proofError);
    expect(await call("tickets", token, { method: "GET" })).toBe(proofError);
    expect(await call("tickets", token, undefined)).toBe(proofError);
  });

  it("is demanded where a server says so, in its metadata and in its challenge", async () => {
    const { token } = await request(undefined, { ...form, audience: "strict" });
    expect(await call("strict", token, undefined, { scheme: "Bearer" })).toMatch(/invalid_token/);
    expect(await call("strict", await boundToken("strict"), {})).toBe("in");
    const nobody = await agent.postMcp("strict", {});
    await nobody.body?.cancel();
    const challenge = nobody.headers.get("www-authenticate") ?? "";
    expect(challenge).toMatch(/^DPoP algs="ES256 /);
    const document = await agent.fetch(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "");
    expect(await document.json()).toMatchObject({ dpop_bound_access_tokens_required: true });
  });

  it("is in the record by the token's fingerprint", async () => {
    mock.recorder.clear();
    await call("tickets", await boundToken(), {});
    expect(mock.recorder.requests.at(-1)?.bearer?.claims?.cnf).toEqual({ jkt: key.thumbprint });
  });
});
