import type { Context } from "hono";
import { parseForm } from "../oauth/form.ts";
import type {
  OpenRecord,
  RecordedRequest,
  RecordedTls,
  RecordedToken,
  RouteName,
} from "../recording/recorded-request.ts";
import { recordedForm, recordedHeaders } from "../recording/redaction.ts";
import { a2aVersion } from "../servers/agents.ts";
import type { Clock } from "../time/clock.ts";
import type { MockEnv } from "./received-request.ts";
import type { RouteOf } from "./route-of.ts";
import type { TokenLedger } from "./token-ledger.ts";

/** The parts of a mock that a description of a request needs. */
export interface DescribeRequestOptions {
  readonly listener: RecordedRequest["listener"];
  readonly tokens: TokenLedger;
  readonly clock: Clock;
  readonly routeOf: RouteOf;
}

interface DescribeRequestContext {
  readonly options: DescribeRequestOptions;
  readonly tls: RecordedTls;
  readonly body: string;
}

/** Describes a request that has arrived for its record. */
export function describeRequest(
  c: Context<MockEnv>,
  { options, tls, body }: DescribeRequestContext,
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
    ...(TOKEN_ROUTES.includes(route) && describeForm(body, options.tokens)),
    ...(mcpServer !== undefined && { mcp: { server: mcpServer, ...describeJsonRpc(body) } }),
    ...(route === "a2a" && {
      a2a: { version: a2aVersion(c.req.raw), methods: describeJsonRpc(body).methods },
    }),
  };
}

/** Routes that take forms as bodies. */
const TOKEN_ROUTES: readonly RouteName[] = [
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
  const grant = form.get("grant_type");
  const clientId = form.get("client_id");
  const assertion = form.get("assertion");
  const subjectToken = form.get("subject_token");
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

/** The highest number of methods that a record keeps of a batch: a record must not grow with the request. */
const MAX_RECORDED_METHODS = 32;
/** Length of the longest method or tool name that a record keeps. */
const MAX_NAME_LENGTH = 128;

function describeJsonRpc(body: string): { methods: string[]; tool: string | undefined } {
  let messages: { method?: unknown; params?: { name?: unknown } }[] = [];
  try {
    messages = [JSON.parse(body)].flat().filter((message) => message instanceof Object);
  } catch {
    // GET and DELETE have no body, and a body that is not JSON has no methods.
  }
  const methods = messages
    .map(({ method }) => method)
    .filter((method) => typeof method === "string" && method.length <= MAX_NAME_LENGTH)
    .slice(0, MAX_RECORDED_METHODS) as string[];
  const name = messages.find(({ method }) => method === "tools/call")?.params?.name;
  const isName = typeof name === "string" && name.length <= MAX_NAME_LENGTH;
  return { methods, tool: isName ? name : undefined };
}
