import { describe, expect, it } from "vitest";
import {
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "./client-authentication/client-authentication.ts";
import { privateKeyJwt } from "./client-authentication/private-key-jwt.ts";
import { clientCredentialsSource } from "./grants/client-credentials-source.ts";
import { jwtBearerSource } from "./grants/jwt-bearer-source.ts";
import type { ClientCertificatePair } from "./http/certificate-pair.ts";
import { createClientCertificate } from "./http/client-certificate.ts";
import { bearerInterceptor } from "./interceptor/bearer-interceptor.ts";
import { createTokenEndpoint } from "./request/token-endpoint.ts";
import { authority, CLIENT_CREDENTIALS, testEndpoint } from "./server.test-support.ts";

const pair = await authority.issue();
const endpoint = () => testEndpoint({ url: "https://as.example/token" });
const source = { identity: "s", getToken: () => Promise.reject(new Error("never asked")) };
const server = {
  tokenEndpoint: "https://as.example/token",
  clientId: "agent",
  clientAuthentication: noClientAuthentication(),
};

/** What takes an options object, with options that are right, and what a misspelt one must be told. */
type Row = readonly [
  name: string,
  take: (options: never) => unknown,
  right: object,
  wrong: object,
  suggestion: RegExp,
];

const rows: readonly Row[] = [
  ["createTokenEndpoint", createTokenEndpoint, server, { clientID: "a" }, /"clientId"/],
  ["createTokenEndpoint", createTokenEndpoint, server, { timeout: 1 }, /"timeoutMs"/],
  [
    "privateKeyJwt",
    privateKeyJwt,
    { key: pair.key },
    { audiance: "sentinel" },
    /no option "audiance"; did you mean "audience"\?/,
  ],
  ["createClientCertificate", createClientCertificate, pair, { ca: "sentinel" }, /no option "ca"/],
  [
    "createClientCertificate's options",
    (options) => createClientCertificate(pair, options),
    {},
    { clok: "sentinel" },
    /"clock"/,
  ],
  [
    "replace",
    (changed: ClientCertificatePair) => createClientCertificate(pair).replace(changed),
    pair,
    { kye: "sentinel" },
    /"key"/,
  ],
  [
    "clientCredentialsSource",
    (options) => clientCredentialsSource(endpoint(), options),
    { supports: ["scope"] },
    { audiance: "sentinel" },
    /no option "audiance"; there are parameters, supports/,
  ],
  [
    "jwtBearerSource",
    (options) => jwtBearerSource(endpoint(), options),
    {},
    { assertionReuseable: true },
    /"assertionReusable"/,
  ],
  [
    "bearerInterceptor",
    (options) => bearerInterceptor(source, options),
    { origins: ["https://a.example"] },
    { origin: "https://a.example" },
    /"origins"/,
  ],
];

describe("a factory", () => {
  it.each(rows)(
    "%s refuses an option that it does not know",
    (_, take, right, wrong, suggestion) => {
      const taking = (options: unknown) => () => take(options as never);
      expect(taking(right)).not.toThrow();
      expect(taking({ ...right, ...wrong })).toThrow(TypeError);
      expect(taking({ ...right, ...wrong })).toThrow(suggestion);
      expect(taking({ ...right, ...wrong })).not.toThrow(/sentinel/);
    },
  );

  it.each(rows)("%s refuses what is no plain object", (_, take) => {
    for (const junk of ["sentinel", 7, null, true, [], new Map(), Promise.resolve({}), () => {}]) {
      expect(() => take(junk as never)).toThrow(TypeError);
      expect(() => take(junk as never)).not.toThrow(/sentinel/);
    }
  });
});

describe("a call", () => {
  it.each([
    [{ ...CLIENT_CREDENTIALS, paramters: {} }, {}, /"parameters"/],
    [
      { ...CLIENT_CREDENTIALS, parameters: new Map([["resource", "urn:a:b"]]) },
      {},
      /"parameters" .*Map/,
    ],
    [{ ...CLIENT_CREDENTIALS, parameters: undefined }, {}, /"parameters" must be a plain object/],
    ["sentinel", {}, /the grant must be a plain object, not a string/],
    [undefined, {}, /the grant must be a plain object/],
    [CLIENT_CREDENTIALS, { singal: AbortSignal.abort() }, /"signal"/],
    [
      CLIENT_CREDENTIALS,
      AbortSignal.abort(),
      /must be a plain object, not an instance of AbortSignal/,
    ],
  ])("of request(%j, %j) is refused", async (grant, options, message) => {
    const request = endpoint().request(grant as never, options as never);
    await expect(request).rejects.toThrow(TypeError);
    await expect(request).rejects.toThrow(message);
    await expect(request).rejects.not.toThrow(/sentinel/);
  });

  const asked = {
    endpoint: "introspection_endpoint",
    parameters: {},
    idempotent: true,
    response: { safeParse: (data: unknown) => ({ success: true, data }) },
  };
  const polled = { grantType: "urn:x", parameters: {}, lifetimeMs: 1 };
  it.each([
    ["post", { ...asked, endpiont: "x" }, {}, TypeError, /"endpoint"/],
    ["post", { ...asked, endpoint: "/introspect" }, {}, TypeError, /the name of an endpoint/],
    ["post", { ...asked, response: {} }, {}, TypeError, /"response" must be a schema/],
    ["post", { ...asked, parameters: { client_id: "sentinel" } }, {}, TypeError, /"client_id"/],
    ["post", { ...asked, parameters: { token: "" } }, {}, TypeError, /"token" must be a string/],
    ["post", "sentinel", {}, TypeError, /the request must be a plain object, not a string/],
    ["post", asked, { singal: 1 }, TypeError, /"signal"/],
    ["poll", { ...polled, lifetime: 1 }, {}, TypeError, /"lifetimeMs"/],
    ["poll", { ...polled, grantType: " " }, {}, TypeError, /"grantType" must be a string/],
    ["poll", { ...polled, lifetimeMs: 0 }, {}, RangeError, /"lifetimeMs" must be a number from 1/],
    ["poll", { ...polled, lifetimeMs: "1" }, {}, TypeError, /"lifetimeMs" must be a number/],
    ["poll", { ...polled, intervalMs: 0 }, {}, RangeError, /"intervalMs" must be a number from 1/],
    ["poll", { ...polled, intervalMs: Number.NaN }, {}, RangeError, /"intervalMs"/],
    ["poll", polled, { singal: 1 }, TypeError, /"signal"/],
  ] as const)("of %s(%j, %j) is refused", async (method, given, options, type, message) => {
    const call = endpoint()[method](given as never, options as never);
    await expect(call).rejects.toThrow(type);
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.not.toThrow(/sentinel/);
  });

  it.each([clientCredentialsSource, jwtBearerSource])(
    "of getToken is refused: %o",
    async (make) => {
      const { getToken } = make(endpoint());
      const request = { subjectToken: "user" };
      await expect(getToken(request, { singal: 1 } as never)).rejects.toThrow(/"signal"/);
      await expect(getToken(request, "sentinel" as never)).rejects.toThrow(/, not a string/);
      await expect(getToken({ audiance: ["a"] } as never)).rejects.toThrow(/"audience"|"audiance"/);
    },
  );

  it.each([
    ["audiance", /no list of a request "audiance"; did you mean "audience"\?/],
    [7, /no list of a request "7"/],
  ])("for a source that supports %j is refused", (supports, message) => {
    const make = () => clientCredentialsSource(endpoint(), { supports: [supports] as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(() => clientCredentialsSource(endpoint(), { supports: "scope" as never })).toThrow(
      /"supports" must be a list/,
    );
  });

  it("of jwtBearerSource takes only a boolean for assertionReusable", () => {
    const make = () => jwtBearerSource(endpoint(), { assertionReusable: "false" as never });
    expect(make).toThrow(/"assertionReusable" must be a boolean/);
  });
});

it("client authentication takes no options besides", () => {
  const certificate = createClientCertificate(pair);
  expect(() => clientSecretPost({ secret: "sentinel" } as never)).toThrow(/"secret" must be/);
  expect(() => tlsClientAuth({ certificate } as never)).toThrow(/createClientCertificate/);
});
