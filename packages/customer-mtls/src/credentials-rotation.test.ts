import { writeFileSync } from "node:fs";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CustomerMtlsFlowOptions, createCustomerMtlsFlow } from "./create-flow.ts";
import {
  clientPair,
  credentialsWith,
  fingerprintOf,
  replaceCredentials,
  writeBinding,
} from "./credentials/credentials.test-support.ts";
import type { CustomerCredentials } from "./credentials/customer-credentials.ts";
import { flowFrom } from "./flow.test-support.ts";
import { startIas, type TestIas } from "./ias/ias.test-support.ts";

let ias: TestIas;

beforeEach(async () => {
  ias = await startIas();
});

afterEach(() => {
  vi.useRealTimers();
  return ias.close();
});

function credentialsFor(members: Partial<CustomerCredentials> = {}): CustomerCredentials {
  return credentialsWith({ tokenServiceUrl: ias.tokenServiceUrl, ...members });
}

async function flowFromFile(options: CustomerMtlsFlowOptions = {}) {
  const path = writeBinding(temporaryDirectory(), { credentials: credentialsFor() });
  return { path, flow: await flowFrom({ credentialsFile: path, ...options }) };
}

describe("createCustomerMtlsFlow with a credentials file", () => {
  it("takes a rotated certificate into use and drops the tokens bound to the old one", async () => {
    const { path, flow } = await flowFromFile();
    const { identity } = flow.systemTokens;
    await flow.systemTokens.getToken();
    const next = await issueCertificate("clientAuth");
    replaceCredentials(
      path,
      credentialsFor({ certificate: next.certificate, privateKey: next.key }),
    );
    await flow.reloadCredentials();
    expect(flow.systemTokens.identity).not.toBe(identity);
    expect((await flow.systemTokens.getToken()).token).toBe("token-2");
    expect((await flow.systemTokens.getToken()).token).toBe("token-2");
    expect(ias.requests.map(({ certificate }) => certificate)).toEqual(
      [clientPair, next].map(fingerprintOf),
    );
  });

  it("notices changed credentials at a token request without being told", async () => {
    const { path, flow } = await flowFromFile();
    await flow.systemTokens.getToken();
    replaceCredentials(path, credentialsFor({ clientid: "agent-2" }));
    await flow.userTokens.getToken({ subjectToken: "ann" });
    expect(ias.requests.map(({ form }) => form.client_id)).toEqual(["agent-1", "agent-2"]);
  });

  it("follows a new token endpoint and a new gateway", async () => {
    const { path, flow } = await flowFromFile();
    expect((await flow.systemTokens.getToken()).gatewayUrl).toBe("https://agw.example");
    const tokenServiceUrl = `${ias.origin}/other/token`;
    replaceCredentials(path, credentialsFor({ tokenServiceUrl }));
    await flow.reloadCredentials();
    await flow.systemTokens.getToken();
    replaceCredentials(
      path,
      credentialsFor({ tokenServiceUrl, gatewayUrl: "https://new.example/" }),
    );
    await flow.reloadCredentials();
    expect((await flow.systemTokens.getToken()).gatewayUrl).toBe("https://new.example");
    expect((await flow.listMcpServers())[0]?.url).toMatch(/^https:\/\/new\.example\/v1\/mcp\//);
    expect(ias.requests.map((request) => request.path)).toEqual([
      "/oauth2/token",
      "/other/token",
      "/other/token",
    ]);
  });

  it("keeps good credentials through half-written and wrong ones, and reports each once", async () => {
    const onCredentialsError = vi.fn();
    const { path, flow } = await flowFromFile({ onCredentialsError });
    const other = await issueCertificate("clientAuth");
    writeFileSync(path, '{"clientid":"ag');
    await flow.reloadCredentials();
    await flow.reloadCredentials();
    replaceCredentials(path, credentialsFor({ certificate: other.certificate }));
    await flow.systemTokens.getToken();
    expect(onCredentialsError.mock.calls.map(([error]) => error.code)).toEqual([
      "ERR_TOKEN_CONFIG",
      "ERR_TOKEN_CREDENTIAL",
    ]);
    expect(onCredentialsError.mock.calls[1]?.[0].message).toContain("does not match");
    expect(ias.requests.map(({ certificate }) => certificate)).toEqual([fingerprintOf(clientPair)]);
  });

  it("presents the certificate of its tokens by its fetch", async () => {
    const { path, flow } = await flowFromFile();
    const { fetch } = flow;
    await (await fetch(`${ias.origin}/v1/mcp/a/b`)).text();
    const next = await issueCertificate("clientAuth");
    replaceCredentials(
      path,
      credentialsFor({ clientid: "agent-2", certificate: next.certificate, privateKey: next.key }),
    );
    await flow.reloadCredentials();
    await (await fetch(`${ias.origin}/v1/mcp/a/b`)).text();
    expect(ias.requests.map(({ certificate }) => certificate)).toEqual(
      [clientPair, next].map(fingerprintOf),
    );
  });

  it("polls its credentials file until it is closed, and not at all if it could not be made", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const path = writeBinding(temporaryDirectory(), { credentials: credentialsFor() });
    const flow = await createCustomerMtlsFlow({ credentialsFile: path });
    expect(vi.getTimerCount()).toBe(1);
    await flow.close();
    expect(vi.getTimerCount()).toBe(0);
    await expect(
      createCustomerMtlsFlow({ credentialsFile: path, maxUserTokens: -1 }),
    ).rejects.toThrow(RangeError);
    writeFileSync(path, "");
    const onCredentialsError = vi.fn();
    await expect(
      createCustomerMtlsFlow({ credentialsFile: path, onCredentialsError }),
    ).rejects.toThrow("is empty");
    expect(onCredentialsError).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("lets requests under way outlive their credentials, but not the flow", async () => {
    const { path, flow } = await flowFromFile();
    ias.respond = (response) => {
      response.flushHeaders();
    };
    const stream = await flow.fetch(`${ias.origin}/v1/mcp/a/b`);
    replaceCredentials(path, credentialsFor({ clientid: "agent-2" }));
    await flow.reloadCredentials();
    const settled = vi.fn();
    const text = stream.text().finally(settled);
    expect(await flow.clientId()).toBe("agent-2");
    expect(settled).not.toHaveBeenCalled();
    await Promise.all([flow.close(), expect(text).rejects.toThrow()]);
  });

  it("hands out nothing more once it is closed, not even what it holds", async () => {
    const { path, flow } = await flowFromFile();
    await flow.systemTokens.getToken();
    await flow.userTokens.getToken({ subjectToken: "ann" });
    await flow.close();
    replaceCredentials(path, credentialsFor({ clientid: "agent-2" }));
    await flow.reloadCredentials();
    const closed = { code: "ERR_TOKEN_CLOSED" };
    await expect(flow.systemTokens.getToken()).rejects.toMatchObject(closed);
    await expect(flow.userTokens.getToken({ subjectToken: "ann" })).rejects.toMatchObject(closed);
    await expect(flow.clientId()).rejects.toMatchObject(closed);
    await expect(flow.listMcpServers()).rejects.toMatchObject(closed);
    expect(ias.requests).toHaveLength(2);
  });
});
