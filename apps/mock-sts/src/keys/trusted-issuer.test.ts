import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const issuer = "https://idp.example";

/** The JWK Set of another server: its keys, whether it is there, and how often it was read. */
const idp = { keys: [] as JWK[], status: 200, reads: 0 };
const server = createServer((_request, response) => {
  idp.reads++;
  response.writeHead(idp.status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ keys: idp.keys }));
});

async function createSigner(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const sign = (claims: Record<string, unknown> = {}, typ = "at+jwt") =>
    new SignJWT(
      JSON.parse(
        JSON.stringify({
          iss: issuer,
          sub: "alice",
          aud: "books",
          exp: Math.floor(Date.now() / 1000) + 600,
          ...claims,
        }),
      ),
    )
      .setProtectedHeader({ alg: "RS256", kid, typ })
      .sign(privateKey);
  return { jwk: { ...(await exportJWK(publicKey)), kid }, sign };
}

let jwksUri: string;
let first: Awaited<ReturnType<typeof createSigner>>;
let second: Awaited<ReturnType<typeof createSigner>>;
let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  [first, second] = await Promise.all([createSigner("one"), createSigner("two")]);
});
afterAll(() => void server.close());
beforeEach(async () => {
  Object.assign(idp, { keys: [first.jwk], status: 200, reads: 0 });
  const books = { name: "books", ordId: "o", globalTenantId: "1", audience: "books" };
  mock = await startMockSts({
    mcpServers: [{ ...books, issuer: { issuer, jwksUri } }],
    sts: { publicClient: true, trustedIssuers: [{ issuer, jwksUri }] },
  });
  agent = new StsAgent(mock);
});
afterEach(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

async function call(token: string) {
  const url = `${mock.gatewayUrl}/v1/mcp/o/1`;
  const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
  const response = await agent.fetch(url, { headers });
  await response.body?.cancel();
  const isIn = response.status !== 401 && response.status < 500;
  return isIn ? "in" : response.status;
}

describe("an MCP server that takes another server's tokens", () => {
  it("[9068-6] checks issuer, audience, type and expiry, and names the issuer", async () => {
    expect(await call(await first.sign())).toBe("in");
    for (const claims of [
      { iss: `${issuer}/` },
      { aud: "other" },
      { exp: 1 },
      { sub: undefined },
    ]) {
      expect(await call(await first.sign(claims))).toBe(401);
    }
    expect(await call(await first.sign({}, "JWT"))).toBe(401);
    const document = await agent.fetch(
      `${mock.gatewayUrl}/.well-known/oauth-protected-resource/v1/mcp/o/1`,
    );
    expect(await document.json()).toMatchObject({ authorization_servers: [issuer] });
    expect(idp.reads).toBe(1);
  });

  it("[9068-6] reads the keys once more for an unknown key, and not again for a while", async () => {
    expect(await call(await first.sign())).toBe("in");
    idp.keys = [first.jwk, second.jwk];
    const one = await first.sign();
    const two = await second.sign();
    // Just after a reading, an unknown key stays unknown.
    expect([await call(two), idp.reads]).toEqual([401, 1]);
    mock.controls.clockOffsetMs = 29_000;
    expect([await call(two), idp.reads]).toEqual([401, 1]);
    mock.controls.clockOffsetMs = 31_000;
    expect([await call(two), await call(one), idp.reads]).toEqual(["in", "in", 2]);
    const stranger = await createSigner("three");
    for (let round = 0; round < 3; round++) {
      expect(await call(await stranger.sign())).toBe(401);
    }
    expect(idp.reads).toBe(2);
  });

  it("[9068-6] responds with 503 and not 401 while the keys cannot be read, and goes on after", async () => {
    idp.status = 500;
    expect(await call(await first.sign())).toBe(503);
    expect(await call(await first.sign())).toBe(503);
    idp.status = 200;
    expect(await call(await first.sign())).toBe("in");
  });
});

describe("a trusted issuer of the token exchange service", () => {
  it("has its keys at its URL, or the response is 503", async () => {
    const exchange = async () =>
      agent.exchange({ subject_token: await first.sign({ aud: "sts" }, "JWT") });
    idp.status = 404;
    const { status, body } = await exchange();
    expect([status, body.error]).toEqual([503, "temporarily_unavailable"]);
    idp.status = 200;
    expect((await exchange()).status).toBe(200);
  });

  it.each([
    ["both kinds of keys", { jwks: { keys: [] }, jwksUri: "https://a" }, /both/],
    ["a URI that is none", { jwksUri: "a b" }, /"jwksUri"/],
    ["no keys", {}, /no JWK Set/],
  ])("is refused with %s", async (_what, keys, message) => {
    const sts = { trustedIssuers: [{ issuer, ...keys }] };
    await expect(startMockSts({ sts })).rejects.toThrow(message);
    const books = { name: "b", ordId: "o", globalTenantId: "1", audience: "b" };
    const mcpServers = [{ ...books, issuer: { issuer, ...keys } }];
    await expect(startMockSts({ mcpServers })).rejects.toThrow(message);
  });
});
