import { generateKeyPairSync, KeyObject, verify, webcrypto } from "node:crypto";
import { inspect } from "node:util";
import { createFakeClock } from "@agent-oauth/core/testing";
import { describe, expect, it } from "vitest";
import {
  answerJson,
  CLIENT_CREDENTIALS,
  type SeenRequest,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { noClientAuthentication } from "./client-authentication.ts";
import { type PrivateKeyJwtOptions, privateKeyJwt } from "./private-key-jwt.ts";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const pemOf = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const pem = pemOf(ec.privateKey);
const jwk = ec.privateKey.export({ format: "jwk" });
const { publicKey: publicCryptoKey } = await ecKeys({ extractable: true });

/** The assertion of a request: its two parts, and what is needed to verify it. */
function assertionOf(request: SeenRequest | undefined) {
  const assertion = request?.form.get("client_assertion") ?? "";
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return {
    header: read(header),
    claims: read(claims),
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

async function assertionBy(options: PrivateKeyJwtOptions) {
  const server = await startTestServer();
  const clientAuthentication = privateKeyJwt(options);
  await testEndpoint(server, { clientAuthentication }).request(CLIENT_CREDENTIALS);
  return { ...assertionOf(server.requests[0]), form: server.requests[0]?.form, url: server.url };
}

describe("privateKeyJwt", () => {
  it("sends an assertion as RFC 7523 §2.2 and §3 have it", async () => {
    const clock = createFakeClock();
    const { header, claims, form, url } = await assertionBy({ key: pem, keyId: "k1", clock });
    const now = clock.now() / 1000;
    expect(header).toEqual({ alg: "ES256", kid: "k1" });
    expect(claims).toEqual({
      iss: "agent",
      sub: "agent",
      aud: url,
      iat: now,
      exp: now + 60,
      jti: expect.stringMatching(/^[\w-]{22,}$/),
    });
    expect([...(form ?? [])].filter(([name]) => name !== "client_assertion")).toEqual([
      ["grant_type", "client_credentials"],
      ["client_id", "agent"],
      ["client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    ]);
  });

  it.each([
    ["EC PEM", pem, undefined, "ES256", ec.publicKey],
    ["escaped line breaks", pem.replaceAll("\n", "\\n"), undefined, "ES256", ec.publicKey],
    ["spaces for line breaks", pem.replaceAll("\n", " "), undefined, "ES256", ec.publicKey],
    ["a JWK as text", ` ${JSON.stringify(jwk)}\n`, undefined, "ES256", ec.publicKey],
    ["EC JWK", jwk, undefined, "ES256", ec.publicKey],
    ["RSA PEM", pemOf(rsa.privateKey), undefined, "RS256", rsa.publicKey],
    ["RSA PEM", pemOf(rsa.privateKey), "PS384", "PS384", rsa.publicKey],
    [
      "RSA JWK",
      { ...rsa.privateKey.export({ format: "jwk" }), alg: "RS512" },
      undefined,
      "RS512",
      rsa.publicKey,
    ],
    ["Ed25519 PEM", pemOf(ed.privateKey), undefined, "EdDSA", ed.publicKey],
    ["Ed25519 PEM", pemOf(ed.privateKey), "Ed25519", "Ed25519", ed.publicKey],
  ] as const)("signs with an %s key (%#)", async (_, key, alg, used, publicKey) => {
    const assertion = await assertionBy({ key, ...(alg && { alg }) });
    expect(assertion.header.alg).toBe(used);
    expect(isSignedBy(publicKey, assertion)).toBe(true);
  });

  it("signs with a CryptoKey that cannot be exported", async () => {
    const keys = await ecKeys({ extractable: false });
    const assertion = await assertionBy({ key: keys.privateKey });
    const data = { name: "ECDSA", hash: "SHA-256" };
    const { signature, signed } = assertion;
    expect(await crypto.subtle.verify(data, keys.publicKey, signature, signed)).toBe(true);
  });

  const curve = (namedCurve: string) => ({ name: "ECDSA", namedCurve });
  const rsaKeys = (name: string, hash: string) => ({
    name,
    hash,
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  });
  it.each([
    ["ES256", curve("P-256")],
    ["ES384", curve("P-384")],
    ["ES512", curve("P-521")],
    ["RS384", rsaKeys("RSASSA-PKCS1-v1_5", "SHA-384")],
    ["PS512", rsaKeys("RSA-PSS", "SHA-512")],
    ["EdDSA", { name: "Ed25519" }],
  ] as const)("signs by %s with a CryptoKey that is made for it", async (alg, algorithm) => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    if (!("privateKey" in keys)) throw new Error("not a pair of keys");
    const assertion = await assertionBy({ key: keys.privateKey });
    expect(assertion.header.alg).toBe(alg);
    expect(isSignedBy(KeyObject.from(keys.publicKey), assertion)).toBe(true);
    const wrong = () => privateKeyJwt({ key: keys.privateKey, alg: "HS256" });
    expect(wrong).toThrow(`"alg" must be one of ${alg}`);
  });

  it("signs anew for each try and each request", async () => {
    const clock = createFakeClock();
    const server = await startTestServer(answerJson({}, 503));
    const clientAuthentication = privateKeyJwt({ key: pem, clock });
    const endpoint = testEndpoint(server, {
      clientAuthentication,
      sleep: async () => clock.advance(1_000),
    });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toMatchObject({ status: 503 });
    await expect(endpoint.request(CLIENT_CREDENTIALS)).rejects.toMatchObject({ status: 503 });
    const claims = server.requests.map((request) => assertionOf(request).claims);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(6);
    expect(claims.map(({ exp }) => exp - (claims[0]?.exp ?? 0))).toEqual([0, 1, 2, 2, 3, 4]);
  });

  it.each([
    [undefined, "issuer"],
    ["issuer", "issuer"],
    ["tokenEndpoint", "token"],
    ["urn:example:as", "urn:example:as"],
  ])("is for the audience %s", async (audience, expected) => {
    const server = await startTestServer();
    const { origin } = new URL(server.url);
    const token = server.answer;
    const metadata = answerJson({ issuer: origin, token_endpoint: server.url });
    server.answer = (response, request, count) =>
      (request.path === "/token" ? token : metadata)(response, request, count);
    const options = { key: pem, ...(audience !== undefined && { audience }) };
    const clientAuthentication = privateKeyJwt(options);
    await testEndpoint(server, { issuer: origin, clientAuthentication }).request(
      CLIENT_CREDENTIALS,
    );
    const { aud } = assertionOf(server.requests.at(-1)).claims;
    expect(aud).toBe({ issuer: origin, token: server.url }[expected] ?? expected);
  });

  it("takes the key's name from the JWK, unless it is given", async () => {
    const key = { ...jwk, kid: "own" };
    expect((await assertionBy({ key })).header.kid).toBe("own");
    expect((await assertionBy({ key, keyId: "given" })).header.kid).toBe("given");
    expect((await assertionBy({ key: pem })).header).not.toHaveProperty("kid");
  });

  it("ends when lifetimeMs says", async () => {
    const { claims } = await assertionBy({ key: pem, lifetimeMs: 5_999 });
    expect(claims.exp - claims.iat).toBe(5);
  });

  it("is part of the endpoint's identity: the key and its name", async () => {
    const extractable = await ecKeys({ extractable: true });
    const hidden = await ecKeys({ extractable: false });
    const identity = (options: PrivateKeyJwtOptions) =>
      testEndpoint({ url: "https://as.example" }, { clientAuthentication: privateKeyJwt(options) })
        .identity;
    expect(identity({ key: pem })).toBe(identity({ key: jwk }));
    const keys = [pem, pemOf(rsa.privateKey), extractable.privateKey, hidden.privateKey];
    const others = [...keys.map((key) => identity({ key })), identity({ key: pem, keyId: "k" })];
    expect(new Set(others).size).toBe(others.length);
    expect(identity({ key: extractable.privateKey })).toBe(others[2]);
    // Nothing tells whether it is the same key.
    expect(identity({ key: hidden.privateKey })).not.toBe(others[3]);
  });

  const short = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const password = { cipher: "aes-256-cbc", passphrase: "sentinel-pass" };
  const { d: _, ...publicJwk } = jwk;
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["other text", "sentinel-key"],
    ["half a key", `${pem.slice(0, 90)}sentinel`],
    ["an encrypted key", ec.privateKey.export({ type: "pkcs8", format: "pem", ...password })],
    ["a public PEM", ec.publicKey.export({ type: "spki", format: "pem" })],
    ["a public JWK", publicJwk],
    ["a secret JWK", { kty: "oct", k: "c2VudGluZWw" }],
    ["a short RSA key", pemOf(short.privateKey)],
    ["an X25519 key", pemOf(generateKeyPairSync("x25519").privateKey)],
    ["a public CryptoKey", publicCryptoKey],
    ["half a JWK as text", JSON.stringify(jwk).slice(0, 40)],
    ["a set of keys as text", JSON.stringify({ keys: [jwk] })],
    ["a service account's file", JSON.stringify({ private_key: pem, note: "sentinel" })],
  ])("refuses %s and does not show it", (_, key) => {
    const error = thrownBy(() => privateKeyJwt({ key } as PrivateKeyJwtOptions));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL", retryable: false });
    expect(error).toHaveProperty("message", expect.stringContaining('"key"'));
    expect(inspect(error, { depth: null })).not.toMatch(/sentinel|c2Vud|BEGIN/);
  });

  it.each([
    [JSON.stringify(jwk).slice(0, 40), /begins as JSON and does not parse/],
    [JSON.stringify({ keys: [jwk] }), /it is a set of keys; give one of its "keys"/],
    [JSON.stringify({ private_key: pem }), /it is a JSON document and no JWK/],
    [publicJwk, /a JWK without a private part \("d"\)/],
    ["/etc/key.pem", /it looks like the name of a file/],
    [[jwk], /must be a private key as PEM .* not a list/],
  ])("says what is wrong with a key (%#)", (key, message) => {
    expect(() => privateKeyJwt({ key } as PrivateKeyJwtOptions)).toThrow(message);
  });

  it("takes the name and the algorithm of a JWK that is text", async () => {
    const key = JSON.stringify({ ...jwk, kid: "k7", alg: "ES256" });
    expect((await assertionBy({ key })).header).toEqual({ alg: "ES256", kid: "k7" });
  });

  it.each([
    [{ alg: "RS256" }, TypeError, /"alg" must be one of ES256 for this key/],
    [{ alg: "none" }, TypeError, /"alg"/],
    [{ alg: "" }, TypeError, /"alg"/],
    [{ keyId: " " }, TypeError, /"keyId"/],
    [{ audience: "" }, TypeError, /"audience"/],
    [{ audience: null }, TypeError, /"audience"/],
    [{ lifetimeMs: "1" }, TypeError, /"lifetimeMs"/],
    [
      { lifetimeMs: 999 },
      RangeError,
      /"lifetimeMs" must be a number from 1000 to 3600000, not 999/,
    ],
    [{ lifetimeMs: 3_600_001 }, RangeError, /"lifetimeMs"/],
    [{ lifetimeMs: Number.NaN }, RangeError, /"lifetimeMs"/],
  ] as [object, ErrorConstructor, RegExp][])("refuses %j", (wrong, type, message) => {
    const make = () => privateKeyJwt({ key: pem, ...wrong });
    expect(make).toThrow(type);
    expect(make).toThrow(message);
  });

  it("shows neither key nor assertion", async () => {
    const clientAuthentication = privateKeyJwt({ key: jwk });
    const server = await startTestServer((response, { form }) => {
      const error_description = `bad ${form.get("client_assertion")}`;
      answerJson({ error: "invalid_client", error_description }, 401)(
        response,
        undefined as never,
        0,
      );
    });
    const endpoint = testEndpoint(server, { clientAuthentication });
    const error = await endpoint.request(CLIENT_CREDENTIALS).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_client" });
    const assertion = server.requests[0]?.form.get("client_assertion") ?? "none";
    const shown = inspect([error, clientAuthentication, endpoint], {
      depth: null,
      showHidden: true,
    });
    for (const secret of [assertion.slice(0, 20), String(jwk.d)]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe("a client without a name", () => {
  it("sends nothing about itself", async () => {
    const server = await startTestServer();
    const endpoint = testEndpoint(server, { clientId: undefined as never });
    await endpoint.request(CLIENT_CREDENTIALS);
    expect([...(server.requests[0]?.form ?? [])]).toEqual([["grant_type", "client_credentials"]]);
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("is another one than any named client", () => {
    const identities = [undefined, "nameless"].map(
      (clientId) =>
        testEndpoint({ url: "https://as.example" }, { clientId: clientId as never }).identity,
    );
    expect(identities[0]).not.toBe(identities[1]);
  });

  it("cannot authenticate", () => {
    const create = (clientAuthentication: object) => () =>
      testEndpoint({ url: "https://as.example" }, {
        clientId: undefined,
        clientAuthentication,
      } as never);
    expect(create(noClientAuthentication())).not.toThrow();
    expect(create(privateKeyJwt({ key: pem }))).toThrow(/"clientId"/);
  });
});

function ecKeys({ extractable }: { extractable: boolean }) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return webcrypto.subtle.generateKey(algorithm, extractable, ["sign", "verify"]);
}

function isSignedBy(
  key: KeyObject,
  { header, signed, signature }: Awaited<ReturnType<typeof assertionBy>>,
): boolean {
  const hash = header.alg.startsWith("Ed") ? undefined : `sha${header.alg.slice(2)}`;
  const padding = header.alg.startsWith("PS") ? 6 : undefined; // RSA_PKCS1_PSS_PADDING
  const details = { key, dsaEncoding: "ieee-p1363" as const, ...(padding && { padding }) };
  return verify(hash, signed, details, signature);
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
