import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import {
  type Answerer,
  answerJson,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { clientCredentialsSource } from "./client-credentials-source.ts";
import { jwtBearerSource } from "./jwt-bearer-source.ts";

const request = {
  audience: ["one", "two"],
  resource: ["urn:a:b", "https://b.example"],
  scope: ["read", "write"],
};
const lists = [
  ["audience", "one"],
  ["audience", "two"],
  ["resource", "urn:a:b"],
  ["resource", "https://b.example"],
  ["scope", "read write"],
];

describe("clientCredentialsSource", () => {
  it("sends every field of the request and the fixed parameters", async () => {
    const server = await startTestServer();
    const parameters = { response_type: "token", token_format: "jwt" };
    const source = clientCredentialsSource(testEndpoint(server), { parameters });
    const token = await source.getToken(request);
    expect(token.scope).toEqual(["read", "write"]);
    expect([...(server.requests[0]?.form ?? [])]).toEqual([
      ...lists,
      ["response_type", "token"],
      ["token_format", "jwt"],
      ["grant_type", "client_credentials"],
      ["client_id", "agent"],
    ]);
  });

  it("sends a fixed resource as IAS takes it", async () => {
    const server = await startTestServer();
    const resource = "urn:sap:identity:application:provider:name:agent-gateway";
    const source = clientCredentialsSource(testEndpoint(server), {
      parameters: { resource, response_type: "token" },
    });
    await source.getToken();
    expect(Object.fromEntries(server.requests[0]?.form ?? [])).toEqual({
      grant_type: "client_credentials",
      client_id: "agent",
      response_type: "token",
      resource,
    });
  });

  it("refuses a subject token, also a blank one", async () => {
    const source = clientCredentialsSource(testEndpoint({ url: "https://as.example" }));
    await expect(source.getToken({ subjectToken: "user" })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
      retryable: false,
    });
    await expect(source.getToken({ subjectToken: "Bearer " })).rejects.toThrow(TypeError);
  });

  it("is retried: the grant is idempotent", async () => {
    const server = await startTestServer(answerJson({}, 503));
    await expect(clientCredentialsSource(testEndpoint(server)).getToken()).rejects.toThrow();
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    [{}, { tenant: "t" }, /"tenant"/],
    [{}, { principal: "p" }, /"principal"/],
    [{ parameters: { resource: "urn:a:b" } }, { resource: ["urn:c:d"] }, /"resource"/],
    [{ supports: ["scope"] as const }, { audience: ["a"] }, /"audience"/],
    [{ supports: [] }, { scope: ["a"] }, /"scope"/],
  ])("with %j refuses %j", async (options, refused, message) => {
    const endpoint = testEndpoint({ url: "https://as.example" });
    const token = clientCredentialsSource(endpoint, options).getToken(refused);
    await expect(token).rejects.toThrow(TypeError);
    await expect(token).rejects.toThrow(message);
  });
});

describe("jwtBearerSource", () => {
  it("sends the subject token as the assertion, with every other field", async () => {
    const server = await startTestServer();
    const source = jwtBearerSource(testEndpoint(server), { parameters: { token_format: "jwt" } });
    await source.getToken({ ...request, subjectToken: "Bearer user-token", principal: "alice" });
    expect([...(server.requests[0]?.form ?? [])]).toEqual([
      ...lists,
      ["assertion", "user-token"],
      ["token_format", "jwt"],
      ["grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
      ["client_id", "agent"],
    ]);
  });

  it("requires a subject token", async () => {
    const source = jwtBearerSource(testEndpoint({ url: "https://as.example" }));
    for (const asked of [undefined, {}]) {
      await expect(source.getToken(asked)).rejects.toMatchObject({
        code: "ERR_TOKEN_SUBJECT_REQUIRED",
      });
    }
    const missing = { subjectToken: undefined } as object;
    await expect(source.getToken(missing)).rejects.toThrow(/"subjectToken" is undefined/);
    await expect(source.getToken({ subjectToken: " " })).rejects.toThrow(/"subjectToken" is blank/);
    await expect(source.getToken({ subjectToken: "u", tenant: "t" })).rejects.toThrow(/"tenant"/);
  });

  it.each([
    [undefined, 1],
    [false, 1],
    [true, 3],
  ])("with assertionReusable %s sends it %i times", async (assertionReusable, times) => {
    const server = await startTestServer(answerJson({}, 503));
    const source = jwtBearerSource(
      testEndpoint(server),
      assertionReusable === undefined ? {} : { assertionReusable },
    );
    await expect(source.getToken({ subjectToken: "u" })).rejects.toMatchObject({ status: 503 });
    expect(server.requests).toHaveLength(times);
  });

  const after = (value: string) => ({ "retry-after": value });
  it.each([
    ["429", answerJson({}, 429), 3],
    ["429 and a wait", answerJson({ error: "slow_down" }, 429, after("1")), 3],
    ["429 and a long wait", answerJson({}, 429, after("3")), 1],
    ["503 and a wait", answerJson({}, 503, after("0")), 3],
    ["503 and no wait that can be read", answerJson({}, 503, after("soon")), 1],
    ["503", answerJson({}, 503), 1],
    ["500 and a wait", answerJson({}, 500, after("1")), 1],
    ["408", answerJson({}, 408), 1],
    ["400", answerJson({ error: "invalid_grant" }, 400, after("1")), 1],
    ["no answer", ({ socket }) => void socket?.destroy(), 1],
    ["half an answer", (response) => void response.write("{", () => response.destroy()), 1],
  ] as [string, Answerer, number][])(
    "sends an assertion that is good once again only if it was turned away: after %s",
    async (_, answer, times) => {
      const server = await startTestServer(answer, { requestCert: false });
      const source = jwtBearerSource(testEndpoint(server));
      await expect(source.getToken({ subjectToken: "u" })).rejects.toBeInstanceOf(TokenError);
      expect(server.requests).toHaveLength(times);
    },
  );

  it.each([
    ['{"token":"sentinel"}', /"subjectToken" is a JSON document/],
    ["TOKEN=sentinel", /"subjectToken" is a line NAME=value/],
    ["<html>sentinel", /"subjectToken" is HTML or XML/],
    ["'sentinel'", /"subjectToken" is quoted text/],
  ])("sends no assertion that is none: %j", async (subjectToken, why) => {
    const server = await startTestServer();
    const call = jwtBearerSource(testEndpoint(server)).getToken({ subjectToken });
    await expect(call).rejects.toThrow(TypeError);
    await expect(call).rejects.toThrow(why);
    await expect(call).rejects.not.toThrow("sentinel");
    expect(server.requests).toHaveLength(0);
  });

  it("passes the caller's signal on", async () => {
    const source = jwtBearerSource(testEndpoint({ url: "https://as.example" }));
    const signal = AbortSignal.abort("enough");
    await expect(source.getToken({ subjectToken: "u" }, { signal })).rejects.toBe("enough");
  });
});

describe("a source's parameters", () => {
  it.each([
    [{ client_id: "x" }, /"client_id"/],
    [{ assertion: "x" }, /"assertion"/],
    [{ token_format: "" }, /"token_format"/],
    [{ resource: "no-uri" }, /"resource"/],
  ])("may not be %j", (parameters, message) => {
    const endpoint = testEndpoint({ url: "https://as.example" });
    for (const make of [clientCredentialsSource, jwtBearerSource]) {
      expect(() => make(endpoint, { parameters })).toThrow(TypeError);
      expect(() => make(endpoint, { parameters })).toThrow(message);
    }
  });

  it("are those it was made with, whatever becomes of the object", async () => {
    const server = await startTestServer();
    const parameters = { resource: ["urn:a:b"] };
    const source = clientCredentialsSource(testEndpoint(server), { parameters });
    parameters.resource.push("urn:c:d");
    await source.getToken();
    expect(server.requests[0]?.form.getAll("resource")).toEqual(["urn:a:b"]);
  });

  it("are part of its identity, as the endpoint and the grant are", () => {
    const [one, two] = ["https://as.example", "https://as2.example"].map((url) =>
      testEndpoint({ url }),
    );
    if (one === undefined || two === undefined) throw new Error("two endpoints");
    const parameters = { token_format: "jwt" };
    const sources = [
      clientCredentialsSource(one),
      clientCredentialsSource(two),
      jwtBearerSource(one),
      clientCredentialsSource(one, { parameters }),
      clientCredentialsSource(one, { parameters: { token_format: "opaque" } }),
    ];
    expect(new Set(sources.map(({ identity }) => identity)).size).toBe(sources.length);
    expect(clientCredentialsSource(one).identity).toBe(sources[0]?.identity);
  });
});
