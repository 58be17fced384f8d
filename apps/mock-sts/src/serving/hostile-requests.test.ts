import fc from "fast-check";
import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_CREDENTIALS_FORM } from "../../test-support/agent.ts";
import { EXCHANGE_GRANT, StsAgent, typeUrn } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const idp = "https://idp.example";

let mock: MockSts;
let agent: StsAgent;
let signAct: (act: string) => Promise<string>;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = { keys: [await exportJWK(publicKey)] };
  mock = await startMockSts({
    sts: { publicClient: true, trustedIssuers: [{ issuer: idp, jwks }] },
    clients: [
      { clientId: "public", authentication: "none" },
      { clientId: "basic", authentication: "client_secret_basic", clientSecret: "s3cret" },
    ],
  });
  agent = new StsAgent(mock, mock.clientCertificate);
  signAct = (act) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const payload = `{"iss":"${idp}","sub":"a","exp":${exp},"act":${act}}`;
    const header = { alg: "ES256" };
    return new CompactSign(Buffer.from(payload)).setProtectedHeader(header).sign(privateKey);
  };
});
afterEach(() => mock.recorder.clear());
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

const endpoints = (): readonly string[] => [
  mock.tokenEndpoint,
  mock.introspectionEndpoint,
  mock.revocationEndpoint,
  mock.sts.tokenEndpoint,
  mock.sts.introspectionEndpoint,
  mock.sts.revocationEndpoint,
  `${mock.url}/tenant-a/oauth/token`,
];

const formHeaders = { "Content-Type": "application/x-www-form-urlencoded" };

async function send(url: string, body: string | Uint8Array, headers = {}) {
  const init = { method: "POST", body, headers: { ...formHeaders, ...headers } };
  const response = await agent.fetch(url, init);
  const text = await response.text();
  const error = text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, body: error ?? {} };
}

const recordSize = () => JSON.stringify(mock.recorder.requests).length;

describe("hostile forms", () => {
  it("of 10 MB are refused with an OAuth error at every endpoint, and nothing is kept of them", async () => {
    const body = `grant_type=client_credentials&scope=${"x".repeat(10_000_000)}`;
    for (const url of endpoints()) {
      const response = await send(url, body);
      expect([response.status, response.body.error]).toEqual([413, "invalid_request"]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
    expect(recordSize()).toBeLessThan(20_000);
  });

  it("of 10,000 fields are refused, as are 10,000 values of one that may be repeated", async () => {
    const form = String(new URLSearchParams(CLIENT_CREDENTIALS_FORM));
    const fields = Array.from({ length: 10_000 }, (_, index) => `field${index}=x`).join("&");
    const values = Array.from({ length: 10_000 }, () => "resource=https://a.example").join("&");
    for (const url of endpoints()) {
      for (const body of [`${form}&${fields}`, `${form}&${values}`]) {
        const response = await send(url, body);
        expect([response.status, response.body.error]).toEqual([400, "invalid_request"]);
      }
    }
    for (const { form: recorded = {} } of mock.recorder.requests) {
      expect(Object.keys(recorded).length).toBeLessThanOrEqual(64);
      expect([recorded.resource].flat().length).toBeLessThanOrEqual(32);
    }
  });

  it("of 1,000 fields are taken", async () => {
    const form = new URLSearchParams(CLIENT_CREDENTIALS_FORM);
    const { size } = form;
    for (let index = size; index < 1_000; index++) form.append(`field${index}`, "x");
    expect((await send(mock.tokenEndpoint, String(form))).status).toBe(200);
    form.append("one-more", "x");
    expect((await send(mock.tokenEndpoint, String(form))).status).toBe(400);
  });

  it("with long values leave short records", async () => {
    const scope = "x".repeat(900_000);
    const body = new URLSearchParams({ ...CLIENT_CREDENTIALS_FORM, scope, [scope]: "x" });
    expect((await send(mock.tokenEndpoint, String(body).slice(0, 1_000_000))).status).toBe(400);
    expect(recordSize()).toBeLessThan(5_000);
  });

  it("with bytes that are not UTF-8 are refused, raw and percent-encoded", async () => {
    const form = String(new URLSearchParams(CLIENT_CREDENTIALS_FORM));
    const raw = Buffer.concat([Buffer.from(`${form}&scope=`), Buffer.from([0xc3, 0x28])]);
    for (const body of [raw, `${form}&scope=%C3%28`, `${form}&scope=%`, `${form}&%FF=x`]) {
      const response = await send(mock.tokenEndpoint, body);
      expect([response.status, response.body.error]).toEqual([400, "invalid_request"]);
    }
    const utf16 = { "Content-Type": `${formHeaders["Content-Type"]}; charset=utf-16` };
    expect((await send(mock.tokenEndpoint, form, utf16)).body.error).toBe("invalid_request");
  });

  it("with names of an object's own members are just unknown", async () => {
    const body = `${new URLSearchParams(CLIENT_CREDENTIALS_FORM)}&__proto__=x&constructor=y&toString=z`;
    expect((await send(mock.tokenEndpoint, body)).status).toBe(200);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe("deep JSON", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const asJwt = (payload: string) => {
    const part = (text: string) => Buffer.from(text).toString("base64url");
    return `${part('{"alg":"ES256","kid":"x"}')}.${part(payload)}.${part("x")}`;
  };

  it.each([5_000, 300_000])("in a token, %i deep, is a bad token", async (depth) => {
    const subject_token = asJwt(`{"iss":"${mock.sts.issuer}","x":${nested(depth)}}`);
    const form = { grant_type: EXCHANGE_GRANT, subject_token, subject_token_type: typeUrn("jwt") };
    const response = await send(mock.sts.tokenEndpoint, String(new URLSearchParams(form)));
    expect([response.status, response.body.error]).toEqual([400, "invalid_request"]);
    const assertion = String(new URLSearchParams({ client_assertion: subject_token }));
    expect((await send(mock.tokenEndpoint, assertion)).body.error).toBe("invalid_request");
    // The record can be written as JSON, since it has no such deep value.
    expect(mock.recorder.requests[0]?.subjectToken?.claims).toBeUndefined();
    expect(recordSize()).toBeLessThan(5_000);
  });

  it("in a chain of actors ends at the limit", async () => {
    const chain = (depth: number) =>
      `${'{"sub":"agent","act":'.repeat(depth)}{"sub":"first"}${"}".repeat(depth)}`;
    const { status, body } = await agent.exchange({ subject_token: await signAct(chain(20_000)) });
    expect([status, body.error]).toEqual([400, "invalid_request"]);
    const short = await signAct(chain(1));
    expect((await agent.exchange({ subject_token: short })).status).toBe(200);
  });

  it("sent to an MCP server is an error of that server's, and the mock lives on", async () => {
    const { token } = await agent.requestToken();
    const headers = { Authorization: `Bearer ${token}` };
    const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${nested(300_000)}}`;
    const batch = JSON.stringify(
      Array.from({ length: 20_000 }, () => ({ method: "x".repeat(20) })),
    );
    for (const body of [deep, nested(300_000), batch]) {
      const response = await agent.postMcp("cost-centers", headers, body);
      await response.body?.cancel();
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(mock.recorder.requests.at(-1)?.mcp?.methods.length).toBeLessThanOrEqual(32);
    }
    expect((await agent.requestToken()).status).toBe(200);
  });
});

const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom('"', "\\", "\r\nSet-Cookie: a=b", "\u0000", "é", "\u2028", "<script>", "%0d%0a"),
);
const nameText = fc.oneof(
  hostileText,
  fc.constantFrom(
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "resource",
    "audience",
    "assertion",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "requested_token_type",
    "token",
    "client_assertion",
    "client_assertion_type",
    "refresh_token",
    "token_format",
  ),
);
const valueText = fc.oneof(
  hostileText,
  fc.constantFrom(
    "client_credentials",
    "refresh_token",
    EXCHANGE_GRANT,
    typeUrn("jwt"),
    typeUrn("saml2"),
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "mock-agent",
    "public",
    "basic",
    "a.b.c",
  ),
);
const hostileRequest = fc.record({
  endpoint: fc.nat({ max: 6 }),
  fields: fc.array(fc.tuple(nameText, valueText), { maxLength: 8 }),
  query: fc.option(hostileText, { nil: "", freq: 8 }),
  contentType: fc.constantFrom(
    formHeaders["Content-Type"],
    formHeaders["Content-Type"],
    formHeaders["Content-Type"],
    "application/json",
    "text/plain; charset=x",
  ),
  authorization: fc.option(
    fc.oneof(
      hostileText.map((text) => `Basic ${Buffer.from(text).toString("base64")}`),
      fc.base64String().map((text) => `Basic ${text}`),
      fc.constantFrom("Bearer x", "Basic", "Negotiate x"),
    ),
    { freq: 3 },
  ),
});

describe("every error (RFC 6749 §5.2)", () => {
  it("[6749-16] is an OAuth error in the characters it may have, and no cache keeps it", async () => {
    await fc.assert(
      fc.asyncProperty(hostileRequest, async (request) => {
        const { fields, query, contentType, authorization } = request;
        const url = new URL(endpoints()[request.endpoint] ?? "");
        if (query !== "") url.search = query;
        const body = String(new URLSearchParams(fields));
        const response = await send(url.href, body, {
          "Content-Type": contentType,
          ...(authorization !== null && { Authorization: authorization }),
        });
        expect(response.status).toBeLessThan(500);
        if (response.status === 200) return;
        expect(response.body.error).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
        expect(response.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,200}$/);
        expect(response.headers.get("content-type")).toBe("application/json");
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(response.headers.get("set-cookie")).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it("[6750-5] and every challenge of the gateway names each attribute once, in those characters", async () => {
    const attribute = /([a-z_]+)="([\x20-\x21\x23-\x5b\x5d-\x7e]*)"/g;
    const header = fc.oneof(
      fc.string({ unit: "grapheme-ascii", maxLength: 60 }),
      fc.string({ maxLength: 60 }).map((text) => `Bearer ${text}`),
      fc.base64String({ minLength: 4 }).map((text) => `DPoP ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        const response = await agent.postMcp("cost-centers", { Authorization: authorization });
        await response.body?.cancel();
        expect([400, 401]).toContain(response.status);
        const [scheme, rest = ""] = (response.headers.get("www-authenticate") ?? "").split(
          / (.*)/s,
        );
        expect(["Bearer", "DPoP"]).toContain(scheme);
        const names = [...rest.matchAll(attribute)].map(([, name]) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(names).toContain("resource_metadata");
        expect(rest.replaceAll(attribute, "").replace(/[, ]/g, "")).toBe("");
      }),
      { numRuns: 100 },
    );
  });
});
