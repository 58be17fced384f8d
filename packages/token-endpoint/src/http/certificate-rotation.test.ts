import { cachingTokenSource } from "@agent-oauth/core";
import { Agent, type Dispatcher } from "undici";
import { describe, expect, it } from "vitest";
import { tlsClientAuth } from "../client-authentication/client-authentication.ts";
import { clientCredentialsSource } from "../grants/client-credentials-source.ts";
import type { DispatcherTls } from "../http/dispatcher-tls.ts";
import {
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { createClientCertificate } from "./client-certificate.ts";

const [first, second] = [await authority.issue(), await authority.issue()];

describe("a replaced certificate", () => {
  it("is presented by new connections and named by their tokens and by the identity", async () => {
    const server = await startTestServer();
    const certificate = createClientCertificate(first);
    const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
    const before = { identity: endpoint.identity, thumbprint: certificate.thumbprint };
    await endpoint.request(CLIENT_CREDENTIALS);
    await endpoint.request(CLIENT_CREDENTIALS);
    certificate.replace(second);
    expect(endpoint.identity).not.toBe(before.identity);
    const answer = await endpoint.request(CLIENT_CREDENTIALS);
    await endpoint.request(CLIENT_CREDENTIALS);
    expect(answer.confirmation).toEqual({ x5tS256: certificate.thumbprint });
    expect(server.requests.map(({ thumbprint }) => thumbprint)).toEqual([
      before.thumbprint,
      before.thumbprint,
      certificate.thumbprint,
      certificate.thumbprint,
    ]);
    expect(server.connections).toBe(2);
    certificate.replace(first);
    expect(endpoint.identity).toBe(before.identity);
  });

  it("leaves a request under way on the old connection, and its token bound to the old one", async () => {
    const underWay = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = await startTestServer(async (response, request, count) => {
      if (count === 1) {
        underWay.resolve();
        await finish.promise;
      }
      answerToken()(response, request, count);
    });
    const certificate = createClientCertificate(first);
    const old = certificate.thumbprint;
    const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
    const slow = endpoint.request(CLIENT_CREDENTIALS);
    await underWay.promise;
    certificate.replace(second);
    const fresh = await endpoint.request(CLIENT_CREDENTIALS);
    finish.resolve();
    expect((await slow).confirmation).toEqual({ x5tS256: old });
    expect(fresh.confirmation).toEqual({ x5tS256: certificate.thumbprint });
  });

  it("leaves a request that has not been handed over yet its old connection", async () => {
    const server = await startTestServer();
    const certificate = createClientCertificate(first);
    const old = certificate.thumbprint;
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const usual = tlsClientAuth(certificate);
    let waiting = true;
    const endpoint = testEndpoint(server, {
      clientAuthentication: {
        ...usual,
        authenticate: async (...request) => {
          begun.resolve();
          if (waiting) await gate.promise;
          await usual.authenticate(...request);
        },
      },
    });
    const early = endpoint.request(CLIENT_CREDENTIALS);
    await begun.promise;
    waiting = false;
    certificate.replace(second);
    await endpoint.request(CLIENT_CREDENTIALS);
    gate.resolve();
    expect((await early).confirmation).toEqual({ x5tS256: old });
    expect(server.requests.map(({ thumbprint }) => thumbprint)).toEqual([
      certificate.thumbprint,
      old,
    ]);
  });

  it("drops the cached tokens that are bound to the old one", async () => {
    const server = await startTestServer();
    const certificate = createClientCertificate(first);
    const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
    const cached = cachingTokenSource(clientCredentialsSource(endpoint));
    await cached.getToken();
    await cached.getToken();
    expect(server.requests).toHaveLength(1);
    certificate.replace(second);
    const { token, confirmation } = await cached.getToken();
    expect([token, confirmation?.x5tS256]).toEqual(["token-2", certificate.thumbprint]);
    cached.close();
  });

  it("lets an answer that is still being streamed through fetch end", async () => {
    const finish = Promise.withResolvers<void>();
    const server = await startTestServer(async (response, request, count) => {
      if (count > 1) return answerToken()(response, request, count);
      response.write("first half, ");
      await finish.promise;
      response.end("second half");
    });
    const certificate = createClientCertificate(first);
    const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
    const stream = await endpoint.fetch(server.url);
    certificate.replace(second);
    await endpoint.request(CLIENT_CREDENTIALS);
    finish.resolve();
    expect(await stream.text()).toBe("first half, second half");
  });

  it("has the dispatcher factory called again, and the old dispatcher closed", async () => {
    const server = await startTestServer();
    const made: { tls: DispatcherTls; dispatcher: Agent }[] = [];
    const dispatcher = (tls: DispatcherTls): Dispatcher => {
      const { certificate: cert, key, ca } = tls;
      const agent = new Agent({ connect: { cert, key, ca } as object });
      made.push({ tls, dispatcher: agent });
      return agent;
    };
    const certificate = createClientCertificate(first);
    const clientAuthentication = tlsClientAuth(certificate);
    const endpoint = testEndpoint(server, { clientAuthentication, dispatcher });
    await endpoint.request(CLIENT_CREDENTIALS);
    await endpoint.request(CLIENT_CREDENTIALS);
    expect(made).toHaveLength(1);
    certificate.replace(second);
    const answer = await endpoint.request(CLIENT_CREDENTIALS);
    expect(made.map(({ tls }) => tls)).toEqual([
      { ...first, ca: [`${authority.certificate.trim()}\n`], connectTimeoutMs: 10_000 },
      { ...second, ca: [`${authority.certificate.trim()}\n`], connectTimeoutMs: 10_000 },
    ]);
    expect(made.map((one) => one.dispatcher.closed)).toEqual([true, false]);
    expect(answer.confirmation).toEqual({ x5tS256: server.requests[2]?.thumbprint });
  });

  it("is not taken when it was refused", async () => {
    const server = await startTestServer();
    const certificate = createClientCertificate(first);
    const endpoint = testEndpoint(server, { clientAuthentication: tlsClientAuth(certificate) });
    const { identity } = endpoint;
    expect(() => certificate.replace({ ...second, key: first.key })).toThrow(/does not match/);
    expect(endpoint.identity).toBe(identity);
    await expect(endpoint.request(CLIENT_CREDENTIALS)).resolves.toBeDefined();
  });
});
