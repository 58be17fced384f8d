import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../test-support/control-client.ts";
import { StsAgent, typeUrn } from "../../test-support/sts-agent.ts";
import { signingAlgorithms } from "../keys/signing-keys.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { IssuerOptions } from "../options/issuer-options.ts";
import type { MockStsOptions } from "../options/options.ts";
import { recordedRequestSchema } from "../recording/request-schema.ts";

const basic = { Authorization: `Basic ${Buffer.from("partner-app:s3cret").toString("base64")}` };

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMockSts({
    sts: { publicClient: true },
    clients: [{ clientId: "shared", authentication: "client_secret_post", clientSecret: "x" }],
    mcpServers: [
      {
        name: "books",
        ordId: "sap.mock:apiResource:book:v1",
        globalTenantId: "1",
        audience: "books",
        issuer: "partner",
      },
      {
        name: "tickets",
        ordId: "sap.mock:apiResource:ticket:v1",
        globalTenantId: "1",
        audience: "tickets",
      },
    ],
    issuers: [
      {
        name: "partner",
        signingAlgorithm: "EdDSA",
        quirks: ["lower-case-token-type"],
        clients: [
          {
            clientId: "partner-app",
            authentication: "client_secret_basic",
            clientSecret: "s3cret",
          },
        ],
      },
      { name: "plain" },
    ],
  });
  agent = new StsAgent(mock);
});
afterEach(() => {
  mock.controls.reset();
  mock.recorder.clear();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const partner = () => {
  const [first] = mock.issuers;
  if (first === undefined) throw new Error("no issuer");
  return first;
};
const form = { grant_type: "client_credentials", audience: "books" };
const partnerToken = () => agent.post(form, basic, partner().tokenEndpoint);

async function readKeys(url: string): Promise<JSONWebKeySet> {
  return (await (await agent.fetch(url)).json()) as JSONWebKeySet;
}

describe("further issuers", () => {
  it("[8414-1] have metadata at every place clients look, with an issuer of their own", async () => {
    const { issuer, tokenEndpoint, wellKnownUri } = partner();
    expect(issuer).toBe(`${mock.url}/partner`);
    const places = [
      wellKnownUri,
      `${mock.url}/.well-known/openid-configuration/partner`,
      `${issuer}/.well-known/openid-configuration`,
    ];
    for (const place of places) {
      const document = await (await agent.fetch(place)).json();
      expect(document).toMatchObject({
        issuer,
        token_endpoint: tokenEndpoint,
        id_token_signing_alg_values_supported: ["EdDSA"],
      });
    }
    expect(mock.recorder.count({ issuer: "partner" })).toBe(3);
  });

  it("sign with keys of their own, which others do not know", async () => {
    const { token, body } = await partnerToken();
    expect(body.token_type).toBe("bearer");
    const keys = createLocalJWKSet(await readKeys(partner().jwksUri));
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: partner().issuer });
    expect([payload.sub, payload.aud, protectedHeader.alg]).toEqual([
      "partner-app",
      "books",
      "EdDSA",
    ]);
    const foreign = createLocalJWKSet(await readKeys(mock.sts.jwksUri));
    await expect(jwtVerify(token, foreign)).rejects.toThrow();
  });

  it("[9068-3] give a client a token of its own, about itself", async () => {
    const { status, body, token } = await partnerToken();
    expect(status).toBe(200);
    expect(decodeJwt(token)).toMatchObject({ sub: "partner-app", client_id: "partner-app" });
    expect(body).not.toHaveProperty("issued_token_type");
    const secret = { client_id: "shared", client_secret: "x" };
    const shared = await agent.post({ ...form, audience: undefined, ...secret });
    expect(decodeJwt(shared.token)).toMatchObject({ sub: "shared", aud: "mock-default-audience" });
  });

  it("know their own clients only, or those of the mock", async () => {
    const secret = { grant_type: "client_credentials", client_id: "shared", client_secret: "x" };
    const plain = `${mock.url}/plain/token`;
    expect((await agent.post(secret, {}, plain)).status).toBe(200);
    expect((await agent.post(secret, {}, partner().tokenEndpoint)).body.error).toBe(
      "invalid_client",
    );
    expect((await agent.post(form, basic, plain)).body.error).toBe("invalid_client");
  });

  it("open the MCP servers that take their tokens, and no others", async () => {
    const call = async (server: string, token: string) => {
      const response = await agent.postMcp(server, { Authorization: `Bearer ${token}` });
      await response.body?.cancel();
      return response.status;
    };
    const { token } = await partnerToken();
    const subject_token = await mock.userToken({ sub: "alice" });
    const ofSts = (await agent.exchange({ subject_token, audience: "tickets" })).token;
    expect(await call("books", token)).not.toBe(401);
    expect(await call("tickets", ofSts)).not.toBe(401);
    expect([await call("tickets", token), await call("books", ofSts)]).toEqual([401, 401]);
    expect(mock.sts.mcpServers.map(({ name }) => name)).toEqual(["tickets"]);
    expect(partner().mcpServers.map(({ name }) => name)).toEqual(["books"]);
    const bookless = await agent.exchange({ subject_token, audience: "books" });
    expect(bookless.body.error).toBe("invalid_target");
  });

  it("take one another's tokens and ID-JAGs, and users they sign in", async () => {
    const subject_token = await mock.userToken({ sub: "carol", issuer: "partner" });
    expect(decodeJwt(subject_token).iss).toBe(partner().issuer);
    const client = { client_id: "shared", client_secret: "x" };
    const requested_token_type = typeUrn("id-jag");
    const audience = `${mock.url}/plain`;
    const jag = await agent.exchange({ subject_token, audience, requested_token_type, ...client });
    expect([jag.status, jag.body.token_type]).toEqual([200, "N_A"]);
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const redemption = { grant_type, assertion: jag.token, ...client };
    const redeemed = await agent.post(redemption, {}, `${audience}/token`);
    expect(decodeJwt(redeemed.token)).toMatchObject({ sub: "carol", iss: audience });
    expect((await agent.post(redemption)).body.error).toBe("invalid_grant");
    await expect(mock.userToken({ sub: "a", issuer: "none" })).rejects.toThrow(
      /unknown issuer "none"/,
    );
  });

  it.each<[string, IssuerOptions[], RegExp]>([
    ["a bad name", [{ name: "A b" }], /issuer "A b".*label/],
    ["a tenant's name", [{ name: "tenant-a" }], /issuer "tenant-a".*path/],
    ["a path's name", [{ name: "oauth2" }], /issuer "oauth2".*path/],
    ["a name twice", [{ name: "a" }, { name: "a" }], /issuer "a".*path/],
    ["a wrong option", [{ name: "a", maxActors: 0 }], /"maxActors"/],
    ["a wrong algorithm", [{ name: "a", signingAlgorithm: "none" as "ES256" }], /"none"/],
  ])("cannot be started with %s", async (_what, issuers, message) => {
    await expect(startMockSts({ issuers })).rejects.toThrow(message);
  });

  it("must be there for the servers that take their tokens", async () => {
    const server = { name: "s", ordId: "o", globalTenantId: "1" };
    const start = (extra: object) => startMockSts({ mcpServers: [{ ...server, ...extra }] });
    await expect(start({ audience: "s", issuer: "x" })).rejects.toThrow(/"s".*unknown issuer "x"/);
    await expect(start({ issuer: "sts" })).rejects.toThrow(/"s".*"audience"/);
  });
});

describe("signing keys", () => {
  it.each(signingAlgorithms)("[9068-5] sign with %s if told so, everywhere", async (algorithm) => {
    const options: MockStsOptions = { signingAlgorithm: algorithm };
    await using signed = await startMockSts({ ...options, sts: { publicClient: true } });
    await using client = new StsAgent(signed, signed.clientCertificate);
    const { token } = await client.requestToken();
    const user = await signed.userToken({ sub: "alice" });
    const exchanged = await client.exchange({ subject_token: user, audience: "tickets" });
    for (const jwt of [token, user, exchanged.token]) {
      expect(decodeProtectedHeader(jwt).alg).toBe(algorithm);
    }
    const call = await client.postMcp("tickets", { Authorization: `Bearer ${exchanged.token}` });
    await call.body?.cancel();
    expect(call.status).not.toBe(401);
    const keys = await readKeysOf(client, signed.jwksUri);
    expect(keys).toMatchObject([{ alg: algorithm, use: "sig" }]);
    for (const member of ["d", "p", "q", "dp", "dq", "qi", "k"]) {
      expect(keys[0]).not.toHaveProperty(member);
    }
  });

  const readKeysOf = async (client: StsAgent, url: string) =>
    ((await (await client.fetch(url)).json()) as JSONWebKeySet).keys;

  it("[8414-8] keep the old key when they are rotated, one issuer's to another algorithm", async () => {
    const before = await partnerToken();
    const { issuer, jwksUri } = partner();
    await mock.controls.rotateSigningKey({ issuer, algorithm: "PS256" });
    const after = await partnerToken();
    const { keys } = await readKeys(jwksUri);
    expect(keys.map(({ alg }) => alg)).toEqual(["EdDSA", "PS256"]);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
    for (const { token } of [before, after]) {
      await jwtVerify(token, createLocalJWKSet({ keys }));
      const headers = { Authorization: `Bearer ${token}` };
      const response = await agent.postMcp("books", headers);
      await response.body?.cancel();
      expect(response.status).not.toBe(401);
    }
    expect((await readKeys(`${mock.url}/plain/jwks`)).keys).toHaveLength(1);
  });

  it("are not rotated for an issuer or to an algorithm that there is not", async () => {
    const rotate = mock.controls.rotateSigningKey;
    await expect(rotate({ issuer: "https://x" })).rejects.toThrow(/unknown issuer "https:\/\/x"/);
    await expect(rotate({ algorithm: "HS256" as "ES256" })).rejects.toThrow(/"HS256"/);
  });
});

describe("controls over HTTP", () => {
  it("sign users of a further issuer in, and show its requests as they are described", async () => {
    await using client = new ControlClient(mock);
    const json = { sub: "alice", issuer: "partner" };
    const signed = await client.send("POST", "/user-token", { json, headers: client.admin });
    const { token } = signed.body as { token: string };
    expect(decodeJwt(token)).toMatchObject({ iss: partner().issuer, sub: "alice" });

    await partnerToken();
    const { requests } = (await client.get("/requests?issuer=partner")) as { requests: unknown[] };
    expect(requests.map((it) => recordedRequestSchema.parse(it))).toMatchObject([
      { issuer: "partner", route: "sts-token" },
    ]);
  });
});
