import { randomUUID } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM, TestAgent } from "../../test-support/agent.ts";
import { StsAgent } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let mock: MockSts;
let privateKey: CryptoKey;
let sts: StsAgent;
let identity: TestAgent;
beforeAll(async () => {
  const pair = await generateKeyPair("PS256");
  privateKey = pair.privateKey;
  const jwks = { keys: [await exportJWK(pair.publicKey)] };
  const authentication = "private_key_jwt" as const;
  const secret = { authentication: "client_secret_post", clientSecret: "s" } as const;
  mock = await startMockSts({
    clients: [
      ...["signer", "other"].map((clientId) => ({ clientId, authentication, jwks })),
      { clientId: "poster", ...secret },
    ],
  });
  sts = new StsAgent(mock);
  identity = new TestAgent(mock, null);
});
afterEach(() => mock.controls.reset());
afterAll(async () => {
  await sts[Symbol.asyncDispose]();
  await identity[Symbol.asyncDispose]();
  await mock.close();
});

function sign(claims: JWTPayload = {}, key = privateKey): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const own = { iss: "signer", sub: "signer", aud: mock.sts.issuer, exp, jti: randomUUID() };
  return new SignJWT({ ...own, ...claims }).setProtectedHeader({ alg: "PS256" }).sign(key);
}

async function outcome(assertion: string, fields: Record<string, string | undefined> = {}) {
  const proof = { client_assertion: assertion, client_assertion_type: assertionType };
  const subject_token = await mock.userToken({ sub: "alice" });
  const { status, body } = await sts.exchange({ subject_token, ...proof, ...fields });
  return status === 200 ? 200 : [status, body.error];
}

const refused = [401, "invalid_client"];

describe("private_key_jwt (RFC 7523, sections 2.2 and 3)", () => {
  it("[7523-8] proves a client, named in the form or not, to the issuer and the token endpoint", async () => {
    expect(await outcome(await sign())).toBe(200);
    expect(await outcome(await sign(), { client_id: "signer" })).toBe(200);
    expect(await outcome(await sign({ aud: mock.sts.tokenEndpoint }))).toBe(200);
    expect(await outcome(await sign({ aud: ["x", mock.sts.issuer] }))).toBe(200);
    expect(mock.recorder.requests.at(-1)).toMatchObject({ clientId: "signer" });
  });

  it("proves it to an identity tenant too", async () => {
    const assertion = await sign({ aud: mock.tokenEndpoint });
    const proof = { client_assertion: assertion, client_assertion_type: assertionType };
    const form = { ...CLIENT_CREDENTIALS_FORM, client_id: "signer", ...proof };
    expect((await identity.requestToken(form)).status).toBe(200);
    expect((await identity.requestToken(form)).body.error).toBe("invalid_client");
  });

  it.each<[string, JWTPayload]>([
    ["for another server", { aud: "https://as.example" }],
    ["of another issuer", { iss: "other" }],
    ["about another client", { sub: "other" }],
    ["of a client that does not exist", { iss: "nobody", sub: "nobody" }],
    ["of a client with another method", { iss: "poster", sub: "poster" }],
    ["that has expired", { exp: 1 }],
    ["that begins later", { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ...["iss", "sub", "aud", "exp", "jti"].map((claim): [string, JWTPayload] => [
      `without ${claim}`,
      { [claim]: undefined },
    ]),
  ])("[7523-8] refuses an assertion %s", async (_what, claims) => {
    expect(await outcome(await sign(claims), { client_id: "signer" })).toEqual(refused);
    expect(await outcome(await sign(claims))).toEqual(refused);
  });

  it("[7523-8] refuses one signed with another key, one that is not a JWT, and one of another type", async () => {
    const { privateKey: otherKey } = await generateKeyPair("PS256");
    expect(await outcome(await sign({}, otherKey))).toEqual(refused);
    expect(await outcome("no-jwt", { client_id: "signer" })).toEqual(refused);
    for (const client_assertion_type of ["urn:x", undefined]) {
      expect(await outcome(await sign(), { client_assertion_type })).toEqual(refused);
    }
  });

  it("[7523-5] takes each assertion once", async () => {
    const assertion = await sign();
    expect(await outcome(assertion)).toBe(200);
    expect(await outcome(assertion)).toEqual(refused);
  });

  it("must be the only proof, and there must be one", async () => {
    const invalid = [400, "invalid_request"];
    expect(await outcome(await sign(), { client_secret: "s" })).toEqual(invalid);
    const none = { client_assertion: undefined, client_assertion_type: undefined };
    expect(await outcome("", { ...none, client_id: "signer" })).toEqual(refused);
  });
});
