import { generateKeyPairSync } from "node:crypto";
import { cachingTokenSource, type TokenEvent, type TokenRequest } from "@agent-oauth/core";
import { tokenSourceContract } from "@agent-oauth/core/testing";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  createClientCertificate,
  noClientAuthentication,
  privateKeyJwt,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import { createLocalJWKSet, exportJWK, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { tokenTypes } from "../checks/token-types.ts";
import { issue, QUICK, respondWith, startSts, stsAndSource } from "../sts.test-support.ts";
import { createStsTokenSource } from "./create-sts-token-source.ts";
import type { StsTokenSourceOptions } from "./sts-options.ts";

const EXCHANGE = ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"];
const JWT = "urn:ietf:params:oauth:token-type:jwt";
const subjectToken = "subject-token";

describe("createStsTokenSource", () => {
  const contract = tokenSourceContract(async () => {
    const sts = await startSts();
    const source = createStsTokenSource({ metadataUrl: sts.metadataUrl, ...QUICK });
    const dispose = async () => {
      await source.close();
      await sts.close();
    };
    return { source, request: { subjectToken, audience: ["orders"] }, dispose };
  });
  for (const { name, run } of contract) it(name, run);

  it("exchanges without an actor, audience or client: impersonation by nobody", async () => {
    const { sts, source } = await stsAndSource();
    const token = await source.getToken({ subjectToken: `Bearer ${subjectToken}`, principal: "a" });
    expect(token).toMatchObject({
      tokenType: "Bearer",
      issuedTokenType: "urn:ietf:params:oauth:token-type:access_token",
    });
    const [request] = sts.exchanges;
    expect([...(request?.form ?? [])]).toEqual([
      ["subject_token", subjectToken],
      ["subject_token_type", JWT],
      EXCHANGE,
    ]);
    expect(request).toMatchObject({ method: "POST", path: "/token" });
    expect(request?.headers).toMatchObject({
      "content-type": expect.stringMatching(/^application\/x-www-form-urlencoded/),
    });
    expect(request?.headers).not.toHaveProperty("authorization");
  });

  const otherThanTokens = [
    ['{"access_token":"sentinel"}', /"subjectToken" is a JSON document/],
    ["TOKEN=sentinel", /is a line NAME=value/],
    ["<html>sentinel", /is HTML or XML/],
    ['"sentinel"', /is quoted text/],
  ] as const;
  it.each(otherThanTokens)("sends no subject token that is none: %j", async (subjectToken, why) => {
    for (const dialect of ["token-exchange", "jwt-bearer"] as const) {
      const { sts, source } = await stsAndSource({ dialect });
      const call = source.getToken({ subjectToken });
      await expect(call).rejects.toThrow(TypeError);
      await expect(call).rejects.toThrow(why);
      await expect(call).rejects.not.toThrow("sentinel");
      expect(sts.exchanges).toHaveLength(0);
    }
  });

  it("leaves a subject token of the STS's own type as it is", async () => {
    const { sts, source } = await stsAndSource({ subjectTokenType: "urn:example:token-type:own" });
    await source.getToken({ subjectToken: '{"a":1}' });
    expect(sts.exchanges[0]?.form.get("subject_token")).toBe('{"a":1}');
  });

  it.each(["é", "a b", "“sentinel”", "sentinel\u200b"])(
    "refuses the text %j as an actor's token at once",
    async (token) => {
      const make = () =>
        createStsTokenSource({ tokenEndpoint: "https://sts.example", actor: { name: "a", token } });
      expect(make).toThrow(TypeError);
      expect(make).toThrow(/"actor.token" is text with spaces/);
      expect(make).not.toThrow("sentinel");
    },
  );

  it("sends every field, repeated and in order", async () => {
    const { sts, source } = await stsAndSource({
      clientId: "agent",
      subjectTokenType: tokenTypes.idToken,
      requestedTokenType: tokenTypes.accessToken,
      actor: { name: "agent", token: "actor-token", tokenType: tokenTypes.accessToken },
      parameters: { requested_actor: "x" },
    });
    const token = await source.getToken({
      subjectToken,
      audience: ["b", "a"],
      resource: ["urn:a:b", "https://b.example/?q"],
      scope: ["read", "write"],
    });
    expect([...(sts.exchanges[0]?.form ?? [])]).toEqual([
      ["requested_actor", "x"],
      ["audience", "b"],
      ["audience", "a"],
      ["resource", "urn:a:b"],
      ["resource", "https://b.example/?q"],
      ["scope", "read write"],
      ["subject_token", subjectToken],
      ["subject_token_type", "urn:ietf:params:oauth:token-type:id_token"],
      ["actor_token", "actor-token"],
      ["actor_token_type", "urn:ietf:params:oauth:token-type:access_token"],
      ["requested_token_type", "urn:ietf:params:oauth:token-type:access_token"],
      EXCHANGE,
      ["client_id", "agent"],
    ]);
    expect(token.scope).toEqual(["read", "write"]);
  });

  it("asks for its own audience, resource and scope where a request names none", async () => {
    const { sts, source } = await stsAndSource({
      audience: ["default"],
      resource: ["urn:default:x"],
      scope: ["basic"],
    });
    await source.getToken({ subjectToken });
    await source.getToken({ subjectToken, audience: ["own"], resource: ["urn:own:x"], scope: [] });
    const targets = sts.exchanges.map(({ form }) =>
      ["audience", "resource", "scope"].map((name) => form.getAll(name)),
    );
    expect(targets).toEqual([
      [["default"], ["urn:default:x"], ["basic"]],
      [["own"], ["urn:own:x"], ["basic"]],
    ]);
  });

  it("speaks RFC 7523 to an STS that does", async () => {
    const { sts, source } = await stsAndSource({ dialect: "jwt-bearer", clientId: "agent" });
    sts.respond = issue({ issued_token_type: undefined });
    await source.getToken({ subjectToken, audience: ["orders"] });
    expect([...(sts.exchanges[0]?.form ?? [])]).toEqual([
      ["audience", "orders"],
      ["assertion", subjectToken],
      ["grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
      ["client_id", "agent"],
    ]);
  });

  it.each([
    [{}, 3],
    [{ subjectReusable: false }, 1],
    [{ dialect: "jwt-bearer" }, 1],
    [{ dialect: "jwt-bearer", subjectReusable: true }, 3],
  ] as const)("with %j tries an STS that fails %i times", async (options, times) => {
    const { sts, source } = await stsAndSource(options);
    sts.respond = respondWith({}, 503);
    await expect(source.getToken({ subjectToken })).rejects.toMatchObject({ status: 503 });
    expect(sts.exchanges).toHaveLength(times);
  });

  it("reads the metadata once for all exchanges", async () => {
    const { sts, source } = await stsAndSource();
    await Promise.all([1, 2, 3].map((i) => source.getToken({ subjectToken: `s${i}` })));
    expect([sts.discoveries, sts.exchanges.length]).toEqual([1, 3]);
  });

  it("exchanges for two users of one session each on their own", async () => {
    const { sts, source } = await stsAndSource();
    const cache = cachingTokenSource(source);
    const users = ["alice", "bob", "alice", "bob"];
    const tokens = await Promise.all(
      users.map((user) => cache.getToken({ subjectToken: user, audience: ["orders"] })),
    );
    expect(tokens[0]).toBe(tokens[2]);
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(2);
    expect(sts.exchanges.map(({ form }) => form.get("subject_token")).sort()).toEqual([
      "alice",
      "bob",
    ]);
  });
});

describe("an STS that authenticates its clients", () => {
  it.each([
    [noClientAuthentication(), { client_id: "agent" }, undefined],
    [clientSecretPost("s3cret"), { client_id: "agent", client_secret: "s3cret" }, undefined],
    [clientSecretBasic("s3cret"), {}, `Basic ${btoa("agent:s3cret")}`],
  ] as [ClientAuthentication, object, string | undefined][])(
    "gets $method",
    async (clientAuthentication, fields, authorization) => {
      const { sts, source } = await stsAndSource({ clientId: "agent", clientAuthentication });
      await source.getToken({ subjectToken });
      const [request] = sts.exchanges;
      expect(Object.fromEntries(request?.form ?? [])).toEqual({
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token: subjectToken,
        subject_token_type: JWT,
        ...fields,
      });
      expect(request?.headers.authorization).toBe(authorization);
    },
  );

  it("gets a certificate, to which the token is bound", async () => {
    const certificate = createClientCertificate(await issueCertificate("clientAuth"));
    const clientAuthentication = tlsClientAuth(certificate);
    const { sts, source } = await stsAndSource({ clientId: "agent", clientAuthentication });
    const { confirmation } = await source.getToken({ subjectToken });
    const seen = Buffer.from(sts.exchanges[0]?.certificate?.replaceAll(":", "") ?? "", "hex");
    expect(confirmation).toEqual({ x5tS256: seen.toString("base64url") });
    await source.fetch(`${sts.origin}/api`);
    expect(sts.exchanges[1]?.certificate).toBe(sts.exchanges[0]?.certificate);
    const before = source.identity;
    certificate.replace(await issueCertificate("clientAuth"));
    expect(source.identity).not.toBe(before);
  });

  it("gets an assertion for its issuer, signed anew for each try", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { sts, source } = await stsAndSource({
      clientId: "agent",
      clientAuthentication: privateKeyJwt({ key, alg: "PS256", keyId: "k1" }),
    });
    sts.respond = (response, request, count) =>
      (count < 3 ? respondWith({}, 503) : issue())(response, request, count);
    await source.getToken({ subjectToken });
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: "k1" }] });
    const verified = await Promise.all(
      sts.exchanges.map(({ form }) =>
        jwtVerify(form.get("client_assertion") ?? "", keys, {
          audience: sts.origin,
          issuer: "agent",
          subject: "agent",
          requiredClaims: ["jti", "exp", "iat"],
        }),
      ),
    );
    expect(new Set(verified.map(({ payload }) => payload.jti)).size).toBe(3);
  });
});

describe("a request of an STS", () => {
  it("needs a subject", async () => {
    const { sts, source } = await stsAndSource({ actor: { name: "a", token: "actor" } });
    for (const request of [undefined, {}, { audience: ["a"] }]) {
      await expect(source.getToken(request)).rejects.toMatchObject({
        code: "ERR_TOKEN_SUBJECT_REQUIRED",
        retryable: false,
      });
    }
    expect(sts.exchanges).toHaveLength(0);
  });

  it.each([
    [{ tenant: "t" }, /"tenant"/],
    [{ audience: ["a\r\nHost: evil"] }, /"audience" contains control characters/],
    [{ audience: ["a\u0000"] }, /"audience"/],
    [{ audience: ["a\u2028b"] }, /"audience"/],
    [{ audience: [" "] }, /"audience" is blank/],
    [{ scope: ["a\tb"] }, /"scope"/],
    [{ resource: ["orders"] }, /"resource" must be absolute URIs/],
    [{ resource: ["https://a.example/#x"] }, /"resource" must be absolute URIs/],
  ] as [TokenRequest, RegExp][])("with %j is refused", async (refused, message) => {
    const { sts, source } = await stsAndSource();
    const token = source.getToken({ subjectToken, ...refused });
    await expect(token).rejects.toThrow(TypeError);
    await expect(token).rejects.toThrow(message);
    expect(sts.exchanges).toHaveLength(0);
  });

  it.each(["a&audience=b", "a=b", "a+b%20", '"><script>', "ünïcode", "a,b"])(
    "takes the audience %s as one name",
    async (name) => {
      const { sts, source } = await stsAndSource({ audienceMismatch: "error" });
      await source.getToken({ subjectToken, audience: [name] });
      expect(sts.exchanges[0]?.form.getAll("audience")).toEqual([name]);
    },
  );

  it("ends with its caller's signal", async () => {
    const { sts, source } = await stsAndSource();
    const controller = new AbortController();
    sts.respond = () => controller.abort("enough");
    const asked = source.getToken({ subjectToken }, { signal: controller.signal });
    await expect(asked).rejects.toBe("enough");
  });
});

describe("the identity", () => {
  const base: StsTokenSourceOptions = { metadataUrl: "https://sts.example/m", clientId: "agent" };
  const actor = { name: "agent", token: "actor-1" };
  const identity = (options: object) => createStsTokenSource({ ...base, ...options }).identity;

  it("changes with everything that changes the answers", () => {
    const identities = [
      {},
      { metadataUrl: "https://sts.example/m2" },
      { clientId: "other" },
      { clientAuthentication: clientSecretPost("a") },
      { clientAuthentication: clientSecretPost("b") },
      { dialect: "jwt-bearer" },
      { subjectTokenType: tokenTypes.idToken },
      { requestedTokenType: tokenTypes.idToken },
      { actor },
      { actor: { ...actor, name: "other" } },
      { actor: { ...actor, tokenType: tokenTypes.accessToken } },
      { audience: ["a"] },
      { resource: ["urn:a:b"] },
      { scope: ["a"] },
      { parameters: { a: "b" } },
    ].map(identity);
    expect(new Set(identities).size).toBe(identities.length);
  });

  it("names the actor, not its token", () => {
    expect(identity({ actor })).toBe(identity({ actor: { ...actor, token: "actor-2" } }));
    expect(identity({ actor })).toBe(identity({ actor: { ...actor, token: () => "actor-3" } }));
  });
});

describe("an answer's audience", () => {
  const request = { subjectToken, audience: ["orders"], resource: ["https://orders.example"] };

  async function answered(claims: object, options: Partial<StsTokenSourceOptions> = {}, more = {}) {
    const events: TokenEvent[] = [];
    const { sts, source } = await stsAndSource({
      onEvent: (event) => events.push(event),
      ...options,
    });
    sts.respond = issue(more, claims);
    const token = await source.getToken(request).catch((error: unknown) => error);
    return { token, source, told: events.filter(({ type }) => type === "audience-mismatch") };
  }

  it.each([
    [["orders", "https://orders.example", "more"], 0],
    [["orders"], 1],
    ["orders", 1],
    [["orders", "https://orders.example/"], 1],
    [["ORDERS", "https://orders.example"], 1],
    [undefined, 1],
  ])("%j is told of %i times, and the token is handed out", async (aud, times) => {
    const { token, told, source } = await answered({ aud });
    expect(token).toMatchObject({ tokenType: "Bearer" });
    const { audience, resource } = request;
    expect(told).toEqual(
      Array(times).fill({
        type: "audience-mismatch",
        identity: source.identity,
        at: expect.any(Number),
        audience,
        resource,
        aud: [aud ?? []].flat(),
      }),
    );
  });

  it("is an error where that is asked for", async () => {
    const { token, told } = await answered({ aud: "other" }, { audienceMismatch: "error" });
    expect(token).toMatchObject({
      code: "ERR_TOKEN_AUDIENCE",
      retryable: false,
      message: expect.stringContaining('"orders", "https://orders.example"'),
    });
    expect(told).toHaveLength(1);
  });

  it.each([{}, { audienceMismatch: "error" as const }])(
    "of an opaque token is unknown",
    async (options) => {
      const { token, told } = await answered({}, options, { access_token: "opaque" });
      expect(token).toMatchObject({ tokenType: "Bearer" });
      expect(told).toEqual([]);
    },
  );

  it("of an id-jag is the authorization server: the resource is elsewhere", async () => {
    const options = { audienceMismatch: "error", requestedTokenType: tokenTypes.idJag } as const;
    const { token } = await answered({ aud: "orders" }, options, { token_type: "N_A" });
    expect(token).toMatchObject({ tokenType: "N_A", issuedTokenType: tokenTypes.idJag });
  });

  const fail = () => {
    throw new Error("sink");
  };
  it.each([
    ["throws", fail],
    ["rejects", async () => fail()],
  ])("costs no token if the sink %s", async (_, onEvent) => {
    const { token } = await answered({ aud: "other" }, { onEvent });
    expect(token).toMatchObject({ tokenType: "Bearer" });
  });
});
