import { type AddressInfo, createServer, type Socket } from "node:net";
import { TokenError } from "@agent-oauth/core";
import { connectionFailure, transportErrorCode, transportReason } from "@agent-oauth/core/internal";
import { createTestAuthority, type IssueOptions } from "@agent-oauth/test-support/certificates";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type ClientAuthentication,
  noClientAuthentication,
  tlsClientAuth,
} from "../client-authentication/client-authentication.ts";
import {
  type Answerer,
  answerToken,
  authority,
  CLIENT_CREDENTIALS,
  startPlainServer,
  startTestServer,
  testEndpoint,
} from "../server.test-support.ts";
import { createClientCertificate } from "./client-certificate.ts";

const namesake = await createTestAuthority();
const stranger = await createTestAuthority("Another authority");

type Version = "TLSv1.2" | "TLSv1.3";

const none = noClientAuthentication();
const rogue = tlsClientAuth(createClientCertificate(await namesake.issue()));
const good = tlsClientAuth(createClientCertificate(await authority.issue()));

describe("a server that is not trusted", () => {
  it.each([
    ["another authority", { ca: stranger.certificate }],
    ["an authority of the same name", { ca: [namesake.certificate] }],
    ["Node's authorities", { ca: undefined as never }],
    ["the caller's dispatcher", { dispatcher: () => new Agent() }],
  ])("by %s gets no request, and the error names the option ca", async (_, options) => {
    const server = await startTestServer();
    const endpoint = testEndpoint(server, options);
    const error = await failure(endpoint);
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(error.message).toMatch(
      /certificate is not trusted \([A-Z_]+\).*the option "ca" or in the file that NODE_EXTRA_CA_CERTS names$/,
    );
    expect(server.requests).toEqual([]);
    expect(endpoint.waits).toEqual([]);
  });

  it.each([
    [{ notAfter: new Date(Date.now() - 60_000) }, /server's certificate has expired$/],
    [{ notBefore: new Date(Date.now() + 60_000) }, /is not valid yet; check the clock$/],
    [{ host: "elsewhere.example" }, /is for another host; check the host of the URL$/],
  ] as [IssueOptions, RegExp][])("as its certificate has %o says so", async (options, message) => {
    const { certificate: cert, key } = await authority.issue({ ...options, usage: "server" });
    const server = await startTestServer(undefined, { cert, key });
    const error = await failure(testEndpoint(server));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(error.message).toMatch(message);
  });

  it("as it speaks no TLS at all is a TLS failure", async () => {
    const { url } = await startPlainServer();
    const error = await failure(testEndpoint({ url: url.replace("http:", "https:") }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(error.message).toMatch(/does not speak TLS there; check host and port$/);
  });
});

describe("TokenEndpoint.fetch fails as a token request does", () => {
  const close: Answerer = ({ socket }) => void socket?.destroy();
  const servers = {
    "requires a certificate": (maxVersion: Version) =>
      startTestServer(undefined, { rejectUnauthorized: true, maxVersion }),
    "closes after it asked for one": (maxVersion: Version) =>
      startTestServer(close, { maxVersion }),
    "breaks the handshake": async (_: Version) => {
      const server = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void server.close());
      return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
    },
  };

  for (const [what, start] of Object.entries(servers)) {
    it.each([
      ["TLSv1.2", "no", none],
      ["TLSv1.2", "a rogue", rogue],
      ["TLSv1.3", "no", none],
      ["TLSv1.3", "a rogue", rogue],
    ] as const)(
      `at a server that ${what}: %s, %s certificate`,
      async (version, _, authentication) => {
        const { url } = await start(version);
        const options = { clientAuthentication: authentication };
        const token = await failure(testEndpoint({ url }, options));
        const fetching = testEndpoint({ url }, options).fetch(url, { method: "POST", body: "{}" });
        const thrown = await fetching.then(
          () => undefined,
          (error: unknown) => error,
        );
        const found = connectionFailure(thrown);
        if (found === undefined) throw thrown;
        expect(transportErrorCode(found)).toBe(token.code);
        // Of a connection that broke later, the endpoint also says how far it came.
        const { advice = "" } = found;
        const words = found.kind === "broken" ? advice : `: ${transportReason(found)}${advice}`;
        expect(token.message.endsWith(words)).toBe(true);
        expect(token.retryable).toBe(token.code === "ERR_TOKEN_NETWORK");
      },
    );
  }

  it("and blames no certificate once the server has answered", async () => {
    const answers: Answerer[] = [answerToken(), close];
    const server = await startTestServer((...seen) => answers.shift()?.(...seen));
    const { fetch } = testEndpoint(server, { clientAuthentication: good });
    await (await fetch(server.url)).text();
    const thrown = await fetch(server.url).catch((error: unknown) => error);
    expect(connectionFailure(thrown)).toMatchObject({ kind: "broken", advice: undefined });
  });
});

describe("a server that requires a client certificate in the handshake", () => {
  const strict = { rejectUnauthorized: true };

  it.each([
    ["TLSv1.2", "no", none, /authenticate with tlsClientAuth$/],
    ["TLSv1.2", "a rogue", rogue, /client certificate is issued by an authority the server trusts/],
    ["TLSv1.3", "no", none, /authenticate with tlsClientAuth$/],
  ] as const)(
    "over %s fails with %s certificate",
    async (version, _, clientAuthentication, message) => {
      const versions = { minVersion: version, maxVersion: version };
      const server = await startTestServer(undefined, { ...strict, ...versions });
      const error = await failure(testEndpoint(server, { clientAuthentication }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
      expect(error.message).toMatch(message);
      expect(server.requests).toEqual([]);
    },
  );

  it("that says nothing over TLS 1.3 may also have died: a retry can help, and the error says both", async () => {
    const versions = { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;
    const server = await startTestServer(undefined, { ...strict, ...versions });
    const error = await failure(testEndpoint(server, { clientAuthentication: rogue }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(error.message).toMatch(
      /had asked for a client certificate: if this goes on, check that the client certificate is iss/,
    );
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["TLSv1.2", "no", none],
    ["TLSv1.2", "a good", good],
    ["TLSv1.3", "no", none],
    ["TLSv1.3", "a good", good],
  ] as const)(
    "but takes others too over %s is not blamed when it dies with the request of %s certificate",
    async (version, _, clientAuthentication) => {
      const versions = { minVersion: version, maxVersion: version, requestCert: true };
      const close: Answerer = ({ socket }) => void socket?.destroy();
      const server = await startTestServer(close, { ...versions, rejectUnauthorized: false });
      const error = await failure(testEndpoint(server, { clientAuthentication }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
      expect(server.requests).toHaveLength(3);
      if (version === "TLSv1.2") expect(error.message).not.toMatch(/certificate/);
    },
  );

  it("is not even mentioned once it has finished the handshake of TLS 1.3 with a ticket", async () => {
    const versions = { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;
    const close: Answerer = ({ socket }) => void setImmediate(() => socket?.destroy());
    const server = await startTestServer(close, { ...versions, rejectUnauthorized: false });
    const error = await failure(testEndpoint(server, { clientAuthentication: good }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(error.message).not.toMatch(/certificate/);
  });

  it.each([
    ["TLSv1.2", good],
    ["TLSv1.3", good],
  ] as const)(
    "is blamed only where it asks for one: %s without a request for it",
    async (version, clientAuthentication) => {
      const versions = { minVersion: version, maxVersion: version, requestCert: false };
      const close: Answerer = ({ socket }) => void socket?.destroy();
      const server = await startTestServer(close, versions);
      const error = await failure(testEndpoint(server, { clientAuthentication }));
      expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
      expect(error.message).not.toMatch(/certificate/);
    },
  );

  it("is not what a server without a common version of TLS is", async () => {
    const server = await startTestServer(undefined, { maxVersion: "TLSv1.1", minVersion: "TLSv1" });
    const error = await failure(testEndpoint(server, { clientAuthentication: good }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_TLS", retryable: false });
    expect(error.message).toMatch(/the TLS handshake failed \([A-Z\d_]+\)$/);
  });

  it("breaks a connection like any other once it has answered", async () => {
    const close: Answerer = ({ socket }) => void socket?.destroy();
    const server = await startTestServer(answerToken(), strict);
    const endpoint = testEndpoint(server, { clientAuthentication: good });
    await endpoint.request(CLIENT_CREDENTIALS);
    server.answer = close;
    expect(await failure(endpoint)).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
  });
});

describe("a server that cannot be reached", () => {
  const closings: [string, boolean, ClientAuthentication, (socket: Socket) => unknown][] = [
    ["closes", true, none, (socket) => socket.destroy()],
    ["closes", false, none, (socket) => socket.destroy()],
    ["ends", true, good, (socket) => socket.end()],
    ["resets", true, good, (socket) => socket.resetAndDestroy()],
    [
      "reads and resets",
      false,
      good,
      (socket) => socket.once("data", () => socket.resetAndDestroy()),
    ],
  ];
  it.each(closings)(
    "as it %s connections is asked again, idempotent or not (%s)",
    async (...case_) => {
      const [, idempotent, clientAuthentication, accept] = case_;
      const { url, connections } = await startSocketServer(accept);
      const endpoint = testEndpoint({ url }, { clientAuthentication });
      const error = await failure(endpoint, { idempotent });
      expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
      expect(error.message).toMatch(
        /broke in the TLS handshake \(ECONNRESET\); check that a server/,
      );
      expect(error.message).not.toMatch(/certificate/);
      expect(connections()).toBe(3);
    },
  );

  it("as nothing listens there is a network failure, retried", async () => {
    const { url, close } = await startSocketServer(() => {});
    await close();
    const endpoint = testEndpoint({ url });
    const error = await failure(endpoint, { idempotent: false });
    expect(error).toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    expect(error.message).toMatch(/nothing listens there \(ECONNREFUSED\); check host and port$/);
    expect(endpoint.waits).toEqual([125, 250]);
  });

  it("is given up after connectTimeoutMs, and asked again as nothing was sent", async () => {
    const { url } = await startSocketServer(() => {});
    const endpoint = testEndpoint({ url }, { connectTimeoutMs: 30 });
    const error = await failure(endpoint, { idempotent: false });
    expect(error).toMatchObject({ code: "ERR_TOKEN_TIMEOUT", retryable: true });
    expect(error.message).toMatch(/the option "connectTimeoutMs"/);
    expect(endpoint.waits).toEqual([125, 250]);
  });
});

async function startSocketServer(accept: (socket: Socket) => unknown) {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    count++;
    sockets.add(socket.on("error", () => {}));
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/token`, connections: () => count, close };
}

async function failure(
  endpoint: ReturnType<typeof testEndpoint>,
  { idempotent }: { idempotent: boolean } = CLIENT_CREDENTIALS,
): Promise<TokenError> {
  const error: unknown = await endpoint
    .request({ ...CLIENT_CREDENTIALS, idempotent })
    .catch((reason: unknown) => reason);
  if (!TokenError.isInstance(error)) throw new Error("expected a TokenError", { cause: error });
  return error;
}
