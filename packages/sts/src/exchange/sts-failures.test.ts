import { inspect } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { clientSecretPost } from "@agent-oauth/token-endpoint";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { tokenTypes } from "../checks/token-types.ts";
import {
  issue,
  QUICK,
  type Responder,
  respondWith,
  startSts,
  stsAndSource,
} from "../sts.test-support.ts";
import { createStsTokenSource } from "./create-sts-token-source.ts";
import type { StsTokenSourceOptions } from "./sts-options.ts";

const SECRETS = {
  subject: unsignedJwt({ sub: "sentinel-subject", exp: 1 }),
  actor: "sentinel-actor-token-0123456789",
  client: "sentinel-client-secret-0123456789",
  issued: unsignedJwt({ sub: "sentinel-issued" }),
};

/** Quotes all that it was sent, and a token besides. */
const leaking =
  (error: string, status: number, headers = {}): Responder =>
  (response, request, count) => {
    const error_description = `refused ${[...request.form.values()].join(" ")}`;
    respondWith({ error, error_description, access_token: SECRETS.issued }, status, headers)(
      response,
      request,
      count,
    );
  };
const page: Responder = (response, { form }) =>
  void response
    .writeHead(502, { "content-type": "text/html" })
    .end(`<html>${form.get("subject_token")}`);
const okPage: Responder = (response) =>
  void response.writeHead(200, { "content-type": "text/html" }).end("<html>sentinel");
const silent: Responder = () => {};
const broken: Responder = ({ socket }) => void socket?.destroy();

type Row = [string, Responder, object, Partial<StsTokenSourceOptions>?];

const oauth = (oauthError: string, status = 400) => ({
  code: "ERR_TOKEN_OAUTH",
  retryable: false,
  status,
  oauthError,
});
const response = { code: "ERR_TOKEN_RESPONSE", retryable: false, status: 200 };

const rows: Row[] = [
  [
    "invalid_request: an expired or malformed subject",
    leaking("invalid_request", 400),
    oauth("invalid_request"),
  ],
  [
    "invalid_grant: the same of other servers",
    leaking("invalid_grant", 400),
    oauth("invalid_grant"),
  ],
  ["invalid_target", leaking("invalid_target", 400), oauth("invalid_target")],
  ["invalid_client", leaking("invalid_client", 401), oauth("invalid_client", 401)],
  ["access_denied", leaking("access_denied", 403), oauth("access_denied", 403)],
  [
    "429 with Retry-After",
    leaking("slow_down", 429, { "retry-after": "60" }),
    { code: "ERR_TOKEN_OAUTH", retryable: true, status: 429, retryAfterMs: 60_000 },
  ],
  [
    "429 without JSON",
    respondWith("busy", 429),
    { code: "ERR_TOKEN_HTTP", retryable: true, status: 429 },
  ],
  ["an HTML error page", page, { code: "ERR_TOKEN_HTTP", retryable: true, status: 502 }],
  ["an HTML page with 200", okPage, response],
  ["an empty 204", (answer) => void answer.writeHead(204).end(), { ...response, status: 204 }],
  ["201", issue(), response],
  ["no issued_token_type", issue({ issued_token_type: undefined }), response],
  [
    "another issued_token_type",
    issue({ issued_token_type: tokenTypes.idToken }),
    response,
    { requestedTokenType: tokenTypes.accessToken },
  ],
  [
    "a token as issued_token_type",
    issue({ issued_token_type: SECRETS.issued }),
    response,
    { requestedTokenType: tokenTypes.accessToken },
  ],
  ["no token_type", issue({ token_type: undefined }), response],
  [
    "a token_type that cannot be sent",
    issue({ token_type: "mac" }),
    { code: "ERR_TOKEN_TYPE_UNSUPPORTED" },
  ],
  ["a token that cannot be sent", issue({ access_token: "sentinel two" }), response],
  [
    "nothing: it is slow",
    silent,
    { code: "ERR_TOKEN_TIMEOUT", retryable: true },
    { timeoutMs: 1_000 },
  ],
  ["nothing: it breaks", broken, { code: "ERR_TOKEN_NETWORK", retryable: true }],
];

describe("an STS that answers", () => {
  it.each(rows)(
    "%s is told of by a typed error without a secret",
    async (name, answer, expected, options = {}) => {
      const { sts, source } = await stsAndSource({
        clientId: "agent",
        clientAuthentication: clientSecretPost(SECRETS.client),
        actor: { name: "agent", token: SECRETS.actor },
        ...options,
      });
      sts.respond = name === "201" ? withStatus(201, answer) : answer;
      const error = await source
        .getToken({ subjectToken: SECRETS.subject, audience: ["orders"] })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TokenError);
      expect(error).toMatchObject(name === "201" ? { ...expected, status: 201 } : expected);
      expectNoSecret(error);
      expectNoSecret(source);
      expect(sts.exchanges.length).toBeGreaterThan(0);
    },
  );

  it.each(["N_A", "n_a"])("%s yields a token that is no bearer token", async (token_type) => {
    const { sts, source } = await stsAndSource({ requestedTokenType: tokenTypes.idToken });
    sts.respond = issue({ token_type });
    const token = await source.getToken({ subjectToken: "s" });
    expect(token).toMatchObject({ tokenType: "N_A", issuedTokenType: tokenTypes.idToken });
  });

  it.each(["bearer", "BEARER"])("%s yields a bearer token", async (token_type) => {
    const { sts, source } = await stsAndSource();
    sts.respond = issue({ token_type });
    expect(await source.getToken({ subjectToken: "s" })).toMatchObject({ tokenType: "Bearer" });
  });

  it("a narrower scope yields the granted one", async () => {
    const { sts, source } = await stsAndSource();
    sts.respond = issue({ scope: "read" });
    const token = await source.getToken({ subjectToken: "s", scope: ["read", "write"] });
    expect(token.scope).toEqual(["read"]);
  });
});

describe("an STS that is not there", () => {
  it("is a network error", async () => {
    const sts = await startSts();
    await sts.close();
    const { tokenEndpoint } = sts;
    const source = createStsTokenSource({ tokenEndpoint, ...QUICK });
    const asked = source.getToken({ subjectToken: SECRETS.subject });
    await expect(asked).rejects.toMatchObject({ code: "ERR_TOKEN_NETWORK", retryable: true });
    await source.close();
  });

  it("has five seconds by default", async () => {
    const { sts, source } = await stsAndSource();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let ended = false;
    sts.respond = () => {
      vi.advanceTimersByTime(4_999);
      setImmediate(() => {
        expect(ended).toBe(false);
        vi.advanceTimersByTime(1);
      });
    };
    const asked = source.getToken({ subjectToken: "s" }).finally(() => {
      ended = true;
    });
    await expect(asked).rejects.toThrow(/within 5000 ms/);
  });

  it("is closed: nothing is asked any more", async () => {
    const { sts, source } = await stsAndSource();
    await source.close();
    await expect(source.getToken({ subjectToken: "s" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CLOSED",
    });
    expect(sts.exchanges).toHaveLength(0);
  });
});

describe("metadata", () => {
  it.each([
    ["HTML", "<html>sentinel"],
    ["nothing", {}],
    ["no token endpoint", { issuer: "https://sts.example" }],
    ["http:", { issuer: "http://sts.example", token_endpoint: "http://sts.example/token" }],
    [
      "a token endpoint elsewhere",
      { issuer: "https://sts.example", token_endpoint: "https://evil.example/t" },
    ],
    [
      "another issuer",
      { issuer: "https://evil.example", token_endpoint: "https://evil.example/t" },
      "https://sts.example",
    ],
  ] as [string, unknown, string?][])(
    "of %s sends nothing anywhere",
    async (_, metadata, issuer) => {
      const { sts, source } = await stsAndSource(issuer === undefined ? {} : { issuer });
      sts.metadata = metadata;
      const error = await source
        .getToken({ subjectToken: SECRETS.subject })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "ERR_TOKEN_METADATA", retryable: false });
      expectNoSecret(error);
      expect(sts.exchanges).toHaveLength(0);
    },
  );
});

function withStatus(status: number, answer: Responder): Responder {
  return (response, request, count) => {
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((_: number, headers: object) =>
      writeHead(status, headers as Record<string, string>)) as typeof response.writeHead;
    answer(response, request, count);
  };
}

function expectNoSecret(shown: unknown): void {
  const error = shown as Partial<Error>;
  const texts = [
    inspect(shown, { depth: null, showHidden: true }),
    String(error.message),
    String(error.stack),
    JSON.stringify(shown),
  ].join("\n");
  for (const secret of [...Object.values(SECRETS), "sentinel"]) {
    expect(texts).not.toContain(secret);
    expect(texts).not.toContain(secret.slice(-20));
  }
}

describe("a refused exchange", () => {
  it("says that an opaque token was sent as a JWT, without the token", async () => {
    const { source, sts } = await stsAndSource();
    sts.respond = respondWith({ error: "invalid_request" }, 400);
    const call = source.getToken({ subjectToken: "opaque-sentinel", audience: ["orders"] });
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/is not a JWT, but is sent as one: give "subjectTokenType"/);
    expect(String(error)).not.toContain("sentinel");
  });

  it("says that the metadata does not list the grant", async () => {
    const sts = await startSts();
    onTestFinished(() => sts.close());
    sts.respond = respondWith({ error: "unsupported_grant_type" }, 400);
    sts.metadata = { ...(sts.metadata as object), grant_types_supported: ["client_credentials"] };
    const source = createStsTokenSource({ ...QUICK, metadataUrl: sts.metadataUrl });
    onTestFinished(() => source.close());
    await expect(source.getToken({ subjectToken: SECRETS.subject })).rejects.toThrow(
      /does not know this grant; its metadata does not list the grant urn:.*:token-exchange/,
    );
  });
});
