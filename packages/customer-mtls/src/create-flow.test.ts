import { join } from "node:path";
import { createFakeClock, tokenSourceContract } from "@agent-oauth/core/testing";
import { authority } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type CustomerMtlsFlowOptions,
  createCustomerMtlsFlow,
  detectCustomerMtls,
} from "./create-flow.ts";
import {
  clientPair,
  credentialsWith,
  fingerprintOf,
  writeBinding,
} from "./credentials/credentials.test-support.ts";
import type { CustomerCredentials } from "./credentials/customer-credentials.ts";
import { flowFrom } from "./flow.test-support.ts";
import { startIas, type TestIas } from "./ias/ias.test-support.ts";

const RESOURCE = "urn:sap:identity:application:provider:name:agent-gateway";

let ias: TestIas;

beforeEach(async () => {
  ias = await startIas();
});

afterEach(() => ias.close());

function credentialsFor(members: Partial<CustomerCredentials> = {}): CustomerCredentials {
  return credentialsWith({ tokenServiceUrl: ias.tokenServiceUrl, ...members });
}

describe("createCustomerMtlsFlow", () => {
  it("asks for a system token as Agent Gateway's documents say, presenting the certificate", async () => {
    const flow = await flowFrom({ credentials: credentialsFor() });
    const token = await flow.systemTokens.getToken();
    expect(token).toMatchObject({
      token: "token-1",
      tokenType: "Bearer",
      gatewayUrl: "https://agw.example",
    });
    expect(Object.isFrozen(token)).toBe(true);
    const [request] = ias.requests;
    expect(request?.path).toBe("/oauth2/token");
    expect(request?.form).toEqual({
      client_id: "agent-1",
      grant_type: "client_credentials",
      resource: RESOURCE,
      response_type: "token",
    });
    expect(request?.headers).toMatchObject({
      accept: "application/json",
      "content-type": expect.stringMatching(/^application\/x-www-form-urlencoded/),
    });
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.certificate).toBe(fingerprintOf(clientPair));
  });

  it("asks for a user token by jwt-bearer, with the assertion unmodified but for its scheme", async () => {
    const flow = await flowFrom({ credentials: credentialsFor() });
    const token = await flow.userTokens.getToken({ subjectToken: "Bearer user.j+w/t" });
    expect(token).toMatchObject({ token: "token-1", gatewayUrl: "https://agw.example" });
    expect(ias.requests[0]?.form).toEqual({
      client_id: "agent-1",
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      resource: RESOURCE,
      assertion: "user.j+w/t",
      token_format: "jwt",
    });
    expect(ias.requests[0]?.certificate).toBe(fingerprintOf(clientPair));
  });

  it("caches, per user, until the tokens are cleared", async () => {
    const flow = await flowFrom({ credentials: credentialsFor() });
    const all = () =>
      Promise.all([
        flow.systemTokens.getToken(),
        flow.systemTokens.getToken(),
        flow.userTokens.getToken({ subjectToken: "ann" }),
        flow.userTokens.getToken({ subjectToken: "ann" }),
        flow.userTokens.getToken({ subjectToken: "bob" }),
      ]);
    await all();
    expect(ias.requests).toHaveLength(3);
    await all();
    expect(ias.requests).toHaveLength(3);
    flow.clearTokens();
    await all();
    expect(ias.requests).toHaveLength(6);
  });

  it("holds as many tokens as it is told", async () => {
    const flow = await flowFrom({
      credentials: credentialsFor(),
      maxSystemTokens: 0,
      maxUserTokens: 1,
    });
    await flow.systemTokens.getToken();
    await flow.systemTokens.getToken();
    expect(ias.requests).toHaveLength(2);
    for (const subjectToken of ["ann", "bob", "bob"]) {
      await flow.userTokens.getToken({ subjectToken });
    }
    expect(ias.requests).toHaveLength(4);
    expect(flow.userTokens.stats().subjectEntries).toBe(1);
  });

  it("never takes one kind of token for the other", async () => {
    const flow = await flowFrom({ credentials: credentialsFor() });
    await expect(flow.userTokens.getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_REQUIRED",
    });
    await expect(flow.systemTokens.getToken({ subjectToken: "ann" })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
    });
    expect(ias.requests).toEqual([]);
  });

  it.each([{ tenant: "t" }, { audience: ["a"] }, { resource: ["https://r"] }, { scope: ["s"] }])(
    "refuses %j, which it does not support",
    async (field) => {
      const flow = await flowFrom({ credentials: credentialsFor() });
      const name = `"${Object.keys(field)[0]}"`;
      await expect(flow.systemTokens.getToken(field)).rejects.toThrow(TypeError);
      await expect(flow.systemTokens.getToken(field)).rejects.toThrow(name);
      await expect(flow.userTokens.getToken({ subjectToken: "ann", ...field })).rejects.toThrow(
        name,
      );
      expect(ias.requests).toEqual([]);
    },
  );

  const request = { subjectToken: "ann" };
  describe.each([
    ["systemTokens", {}],
    ["userTokens", { request }],
  ] as const)("%s", (kind, fixture) => {
    const create = async () => {
      const flow = await flowFrom({ credentials: credentialsFor() });
      return { source: flow[kind], ...fixture };
    };
    for (const { name, run } of tokenSourceContract(create)) it(name, run);
  });

  it("finds the one binding of its type", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "other", type: "destination", credentials: "not ours" });
    writeBinding(root, { credentials: credentialsFor() });
    const flow = await flowFrom({ env: { SERVICE_BINDING_ROOT: root } });
    await flow.systemTokens.getToken();
    expect(ias.requests).toHaveLength(1);
  });

  it("names a credentials file that is not there, and one that is no file", async () => {
    const root = temporaryDirectory();
    const credentialsFile = join(root, "absent");
    await expect(flowFrom({ credentialsFile })).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: expect.stringContaining(credentialsFile),
    });
    await expect(flowFrom({ credentialsFile: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining("not a regular file"),
    });
  });

  it("fails with the token endpoint's refusal, and shows no secret", async () => {
    ias.respond = (response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"error":"invalid_client"}');
    };
    const flow = await flowFrom({ credentials: credentialsFor() });
    await expect(flow.systemTokens.getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_OAUTH",
      oauthError: "invalid_client",
    });
  });

  it("keeps to the lifetime it is told where the answer names none, by its clock", async () => {
    const clock = createFakeClock(Date.now());
    ias.respond = (response) => {
      response.setHeader("content-type", "application/json");
      response.end('{"access_token":"opaque","token_type":"Bearer"}');
    };
    const flow = await flowFrom({
      credentials: credentialsFor(),
      fallbackLifetimeMs: 1_000,
      clock,
    });
    await flow.systemTokens.getToken();
    clock.advance(999);
    expect(flow.systemTokens.peek()).toBeDefined();
    clock.advance(1);
    expect(flow.systemTokens.peek()).toBeUndefined();
  });

  it("passes its options on to the connection, and its events to the listener", async () => {
    const onEvent = vi.fn();
    const dispatcher = vi.fn(() => {
      throw new Error("no network here");
    });
    const flow = await flowFrom({
      credentials: credentialsFor(),
      connectTimeoutMs: 1_234,
      dispatcher,
      onEvent,
    });
    await expect(flow.systemTokens.getToken()).rejects.toThrow();
    expect(dispatcher.mock.calls).toEqual([
      [
        {
          certificate: expect.stringContaining(clientPair.certificate),
          key: expect.stringContaining(clientPair.key),
          ca: [`${authority.trim()}\n`],
          connectTimeoutMs: 1_234,
        },
      ],
    ]);
    expect(onEvent.mock.calls.map(([{ type }]) => type)).toEqual([
      "miss",
      "request-start",
      "request-end",
    ]);
  });

  it.each([
    [{ assertionReusable: true }, 2],
    [{}, 1],
  ])("with %j sends an assertion %d times if the connection breaks", async (options, times) => {
    const { respond } = ias;
    ias.respond = (response) => {
      ias.respond = respond;
      response.destroy();
    };
    const flow = await flowFrom({ credentials: credentialsFor(), ...options });
    await Promise.allSettled([flow.userTokens.getToken({ subjectToken: "ann" })]);
    expect(ias.requests).toHaveLength(times);
  });

  it.each([
    [
      { credentials: credentialsWith(), credentialsFile: "/x" },
      'one of "credentials", "credentialsFile"',
    ],
    [{ credentialsFile: " " }, '"credentialsFile"'],
    [{ binding: "" }, '"binding"'],
    [{ bindingRoot: "" }, '"bindingRoot"'],
    [{ allowInsecureHosts: "localhost" }, '"allowInsecureHosts"'],
    [{ credentials: credentialsWith(), maxUserTokens: "1" }, '"maxUserTokens"'],
    [{ credentials: credentialsWith(), maxSystemTokens: -1 }, '"maxSystemTokens"'],
    [{ credentials: credentialsWith(), a2a: "yes" }, '"a2a"'],
    [{ credentials: credentialsWith(), resolveDependencies: [] }, '"resolveDependencies"'],
    [{ credentials: credentialsWith(), onCredentialsError: true }, '"onCredentialsError"'],
    [{ credentialsFile: "/x", pollIntervalMs: "1" }, '"pollIntervalMs"'],
    [{ credentials: credentialsWith(), timeoutMs: 0 }, '"timeoutMs"'],
    [{ credentials: credentialsWith(), expiryBufferMs: -1 }, '"expiryBufferMs"'],
    [{ credentials: credentialsWith(), fallbackLifetimeMs: "1" }, '"fallbackLifetimeMs"'],
  ])("refuses mistaken options, case %#", async (options, message) => {
    const error = await createCustomerMtlsFlow(options as CustomerMtlsFlowOptions).catch((e) => e);
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(error.message).toContain(message);
  });
});

describe("detectCustomerMtls", () => {
  it("is known by its name", () => {
    expect(detectCustomerMtls().name).toBe("detectCustomerMtls");
  });

  it("yields the flow where there are credentials", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { credentials: credentialsFor() });
    const flow = await detectCustomerMtls({ bindingRoot: root })();
    expect(await flow?.clientId()).toBe("agent-1");
    await flow?.close();
  });

  it("yields nothing where the named file is not there", async () => {
    const credentialsFile = join(temporaryDirectory(), "absent");
    expect(await detectCustomerMtls({ credentialsFile })()).toBeUndefined();
  });

  it("yields nothing where there are none, and finds those that come later", async () => {
    const root = temporaryDirectory();
    const detect = detectCustomerMtls({ bindingRoot: root });
    expect(await detect()).toBeUndefined();
    writeBinding(root, { credentials: credentialsFor() });
    const flow = await detect();
    expect(flow).toBeDefined();
    await flow?.close();
  });

  it("fails on credentials that cannot be used", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { credentials: "{}" });
    await expect(detectCustomerMtls({ bindingRoot: root })()).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
    });
  });
});
