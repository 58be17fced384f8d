import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import type { Faults } from "../faults/faults.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import { certificateThumbprint } from "../oauth/fingerprint.ts";
import { parseForm } from "../oauth/form.ts";
import { OAuthError } from "../oauth/oauth-error.ts";
import type {
  OpenRecord,
  RecordedRequest,
  RecordedTls,
  RecordedToken,
  RouteName,
} from "../recording/recorded-request.ts";
import type { RecordingRecorder } from "../recording/recorder.ts";
import { recordedForm, recordedHeaders } from "../recording/redaction.ts";
import { a2aVersion } from "../servers/agents.ts";
import type { Clock } from "../time/clock.ts";
import { proxiedCertificate } from "../tls/proxied-certificate.ts";
import { answerWithFault } from "./apply-fault.ts";
import { presentedCertificate } from "./listener.ts";
import { readBody } from "./request-body.ts";
import type { TokenLedger } from "./token-ledger.ts";

/** Largest request body that is read, in bytes. */
const maxBodyBytes = 1_048_576;

/** A request under way: what was read of it, and its record. */
export interface Exchange {
  readonly record: OpenRecord;
  readonly body: string;
  readonly certificate: X509Certificate | undefined;
  /** Where tokens are written down. */
  readonly tokens: TokenLedger;
}

/** The environment of both applications. */
export type MockEnv = { Bindings: HttpBindings; Variables: { exchange: Exchange } };

/** Says which resource a path leads to, which MCP server or agent, and whose it is. */
export type RouteOf = (
  path: string,
  zones: {
    /** Header `x-zid`. */
    readonly zoneId: string | undefined;
    /** Subdomain within the bearer token, unverified. */
    readonly zone: string | undefined;
  },
) => {
  readonly route: RouteName;
  readonly mcpServer?: string;
  readonly agent?: string;
  readonly tenant?: string | undefined;
  readonly issuer?: string;
};

/** What recording and faults need. */
export interface ExchangeOptions {
  readonly listener: RecordedRequest["listener"];
  readonly recorder: RecordingRecorder;
  readonly tokens: TokenLedger;
  readonly faults: Faults;
  /** What faults sign again with. */
  readonly keys: KeyRings;
  readonly clock: Clock;
  readonly routeOf: RouteOf;
  /** Header in which a proxy hands on client certificates; `undefined`: none does. */
  readonly clientCertificateHeader: string | undefined;
  /** Called when a request has its answer, or its connection its end. */
  readonly onAnswer: (record: RecordedRequest) => void;
}

/** Creates the first middleware of every listener: reads the body, records, and applies faults. */
export function exchange(options: ExchangeOptions): MiddlewareHandler<MockEnv> {
  const { recorder, tokens, faults, keys, clock } = options;
  const describeTls = createTlsDescriber();
  return async (c, next) => {
    const startedAt = performance.now();
    const certificate = certificateOf(c, options);
    const tls = describeTls(c.env.incoming.socket, certificate);
    const { text: body, state } = await readBody(c.req.raw, maxBodyBytes);
    const record = recorder.begin(describeRequest(c, { options, tls, body }), recordBytes(c, body));
    c.set("exchange", { record, body, certificate, tokens });
    // Who has stopped gets no answer, and uses up no fault.
    const effect = state === "cut-off" ? undefined : await faults.strike(record);
    if (effect !== undefined) {
      await answerWithFault(c, next, { effect, keys, nowMs: clock.now() });
    } else if (state === "cut-off") c.res = RESPONSE_ALREADY_SENT;
    else if (state === "too-large") c.res = tooLarge();
    else await next();
    const isAnswered = state !== "cut-off" && !record.fault?.startsWith("reset");
    if (isAnswered) record.status = c.res.status;
    record.durationMs = performance.now() - startedAt;
    recorder.finish(record);
    options.onAnswer(record);
  };
}

/** What a record may weigh: texts of the request occur in it once, and claims as long again. */
function recordBytes(c: Context<MockEnv>, body: string): number {
  const headers = c.env.incoming.rawHeaders.reduce((sum, text) => sum + text.length, 0);
  return 1_000 + 2 * (body.length + headers + c.req.url.length);
}

/** A header is as good as whoever writes it: it counts only where a proxy is said to write it. */
function certificateOf(
  c: Context<MockEnv>,
  { clientCertificateHeader: header }: ExchangeOptions,
): X509Certificate | undefined {
  if (header === undefined) return presentedCertificate(c.env.incoming);
  return proxiedCertificate(c.req.raw.headers.get(header));
}

function describeRequest(
  c: Context<MockEnv>,
  { options, tls, body }: { options: ExchangeOptions; tls: RecordedTls; body: string },
): Omit<OpenRecord, "id"> {
  const url = new URL(c.req.url);
  const token = /^(?:Bearer|DPoP) +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const bearer = token === undefined ? undefined : options.tokens.note(token);
  const userToken = c.req.header("x-user-token") || undefined;
  const filter = url.searchParams.get("$filter");
  const zones = { zoneId: c.req.header("x-zid"), zone: zoneWithin(bearer) };
  const { route, mcpServer, agent, tenant, issuer } = options.routeOf(url.pathname, zones);
  return {
    at: options.clock.now(),
    listener: options.listener,
    method: c.req.method,
    path: url.pathname,
    query: [...url.searchParams.keys()],
    route,
    headers: recordedHeaders(c.req.raw.headers),
    tls,
    ...(tenant !== undefined && { tenant }),
    ...(issuer !== undefined && { issuer }),
    ...(agent !== undefined && { agent }),
    ...(filter !== null && { filter }),
    ...(bearer !== undefined && { bearer }),
    ...(userToken !== undefined && { userToken: options.tokens.note(userToken) }),
    ...(tokenRoutes.includes(route) && describeForm(body, options.tokens)),
    ...(mcpServer !== undefined && { mcp: { server: mcpServer, ...describeJsonRpc(body) } }),
    ...(route === "a2a" && {
      a2a: { version: a2aVersion(c.req.raw), methods: describeJsonRpc(body).methods },
    }),
  };
}

/** Routes whose bodies are forms. */
const tokenRoutes: readonly RouteName[] = [
  "token",
  "xsuaa-token",
  "sts-token",
  "introspection",
  "revocation",
];

/** XSUAA writes the subdomain into its tokens. */
function zoneWithin(bearer: RecordedToken | undefined): string | undefined {
  const attributes = bearer?.claims?.ext_attr as { zdn?: unknown } | null | undefined;
  return typeof attributes?.zdn === "string" ? attributes.zdn : undefined;
}

function describeForm(body: string, tokens: TokenLedger): Partial<OpenRecord> {
  const form = parseForm(body);
  const [grant, clientId] = [form.get("grant_type"), form.get("client_id")];
  const [assertion, subjectToken] = [form.get("assertion"), form.get("subject_token")];
  const actorToken = form.get("actor_token");
  return {
    form: recordedForm(form),
    ...(grant !== undefined && { grant }),
    ...(clientId !== undefined && { clientId }),
    ...(assertion !== undefined && { assertion: tokens.note(assertion) }),
    ...(subjectToken !== undefined && { subjectToken: tokens.note(subjectToken) }),
    ...(actorToken !== undefined && { actorToken: tokens.note(actorToken) }),
  };
}

/** What the record keeps of a batch, and of a name in it: a record must not grow with what is sent. */
const [maxRecordedMethods, maxNameLength] = [32, 128];

function describeJsonRpc(body: string): { methods: string[]; tool: string | undefined } {
  let messages: { method?: unknown; params?: { name?: unknown } }[] = [];
  try {
    messages = [JSON.parse(body)].flat().filter((message) => message instanceof Object);
  } catch {
    // GET and DELETE have no body, and one that is no JSON has no methods.
  }
  const methods = messages
    .map(({ method }) => method)
    .filter((method) => typeof method === "string" && method.length <= maxNameLength)
    .slice(0, maxRecordedMethods) as string[];
  const name = messages.find(({ method }) => method === "tools/call")?.params?.name;
  const isName = typeof name === "string" && name.length <= maxNameLength;
  return { methods, tool: isName ? name : undefined };
}

/** Numbers a listener's connections, and notes which request is the first on its connection. */
function createTlsDescriber() {
  let connections = 0;
  const seen = new WeakMap<Socket, number>();
  return (socket: Socket, certificate: X509Certificate | undefined): RecordedTls => {
    const known = seen.get(socket);
    const connection = known ?? ++connections;
    seen.set(socket, connection);
    return {
      connection,
      newSocket: known === undefined,
      sessionReused: socket instanceof TLSSocket && socket.isSessionReused(),
      clientCertificate: certificate && certificateThumbprint(certificate.raw),
    };
  };
}

function tooLarge(): Response {
  const options = { status: 413, headers: { Connection: "close" } };
  return new OAuthError("invalid_request", "the body is too large", options).toResponse();
}
