import type { JWTPayload } from "jose";
import { fingerprint } from "./fingerprint.ts";
import type { Form } from "./form.ts";

/** A token as the recorder keeps it: never its value. */
export interface RecordedToken {
  /** First 12 hexadecimal digits of the token's SHA-256. */
  readonly fingerprint: string;
  /** Decoded claims, unverified where a client sent them; `undefined` for what is no JWT. */
  readonly claims: JWTPayload | undefined;
}

/** The TLS connection a request came over. */
export interface RecordedTls {
  /** Number of the connection on its listener, from 1. */
  readonly connection: number;
  /** Whether this request is the first one on its connection. */
  readonly newSocket: boolean;
  /** Whether the handshake resumed an earlier TLS session. */
  readonly sessionReused: boolean;
  /** `x5t#S256` of the client's certificate. */
  readonly clientCertificate: string | undefined;
}

/** The parts of a request to an MCP server that JSON-RPC tells. */
export interface RecordedMcp {
  /** Name of the MCP server. */
  readonly server: string;
  /** JSON-RPC methods of the body; empty for GET, DELETE and answers. */
  readonly methods: readonly string[];
  /** Tool of a `tools/call`. */
  readonly tool: string | undefined;
}

/** What kind of resource a request was for. */
export type RouteName =
  | "token"
  | "authorization-server-metadata"
  | "jwks"
  | "mcp"
  | "resource-metadata"
  | "unknown";

/** One request as it was recorded. It is there from its arrival; `status` comes with the answer. */
export interface RecordedRequest {
  /** Number of the request, from 1. */
  readonly id: number;
  /** Arrival by the mock's clock, epoch milliseconds. */
  readonly at: number;
  readonly listener: "token-server" | "gateway";
  readonly method: string;
  /** Path without its query. */
  readonly path: string;
  /** Names of the parameters in the URL. */
  readonly query: readonly string[];
  readonly route: RouteName;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: RecordedTls;
  /** Form of a token request; what may be secret is a fingerprint. A repeated parameter is a list. */
  readonly form?: Readonly<Record<string, string | readonly string[]>>;
  readonly grant?: string;
  readonly clientId?: string;
  /** The user token of a jwt-bearer request. */
  readonly assertion?: RecordedToken;
  /** The token in the `Authorization` header. */
  readonly bearer?: RecordedToken;
  readonly mcp?: RecordedMcp;
  /** The access token in the answer. */
  readonly issued?: RecordedToken;
  /** OAuth error code of the answer. */
  readonly error?: string;
  /** The fault the answer was spoilt by. */
  readonly fault?: string;
  /** Status of the answer; `undefined` while there is none, and for a connection reset. */
  readonly status?: number;
}

/** A record while its request is being answered. */
export type OpenRecord = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

/** Chooses requests; every given field must match. */
export interface RequestFilter {
  readonly listener?: RecordedRequest["listener"];
  readonly route?: RouteName;
  readonly method?: string;
  readonly status?: number;
  readonly grant?: string;
  readonly clientId?: string;
  readonly error?: string;
  /** Name of the MCP server. */
  readonly mcpServer?: string;
  /** A JSON-RPC method, such as `tools/call`. */
  readonly mcpMethod?: string;
  readonly tool?: string;
  /** Subject of the token the request carried, in its header or as an assertion. */
  readonly subject?: string;
}

/** Keeps what the mock was asked. */
export interface Recorder {
  /** All requests in the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  /** TLS connections accepted since the last `clear()`: one handshake each. */
  readonly handshakes: number;
  /** Counts the requests a filter matches; all without one. */
  count(filter?: RequestFilter): number;
  /** Resolves with the matching requests as soon as there are `count` (default 1) of them. */
  waitFor(filter: RequestFilter, count?: number): Promise<readonly RecordedRequest[]>;
  /** Forgets everything. */
  clear(): void;
}

/** The recorder as the listeners feed it. */
export interface RecordingRecorder extends Recorder {
  begin(record: Omit<OpenRecord, "id">): OpenRecord;
  countHandshake(): void;
}

/** Most requests that are kept; the oldest go first. */
const maxRequests = 100_000;

/** Creates an empty recorder. */
export function createRecorder(): RecordingRecorder {
  let requests: OpenRecord[] = [];
  let handshakes = 0;
  let lastId = 0;
  const waiting = new Set<() => void>();
  const select = (filter: RequestFilter) => requests.filter((r) => matchesFilter(r, filter));
  return {
    get requests() {
      return requests;
    },
    get handshakes() {
      return handshakes;
    },
    count: (filter = {}) => select(filter).length,
    waitFor(filter, count = 1) {
      return new Promise((resolve) => {
        const check = () => {
          const found = select(filter);
          if (found.length < count) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
    clear() {
      requests = [];
      handshakes = 0;
    },
    begin(record) {
      const open: OpenRecord = { id: ++lastId, ...record };
      requests.push(open);
      if (requests.length > maxRequests) requests.shift();
      for (const check of waiting) check();
      return open;
    },
    countHandshake() {
      handshakes++;
    },
  };
}

/** Tells whether a request is one that a filter asks for. */
export function matchesFilter(request: RecordedRequest, filter: RequestFilter): boolean {
  const subject = (request.bearer ?? request.assertion)?.claims?.sub;
  const facts: Required<Record<keyof RequestFilter, unknown>> = {
    ...{ listener: request.listener, route: request.route, method: request.method },
    ...{ status: request.status, grant: request.grant, clientId: request.clientId },
    ...{ error: request.error, mcpServer: request.mcp?.server, tool: request.mcp?.tool, subject },
    mcpMethod: undefined,
  };
  const { mcpMethod, ...rest } = filter;
  if (mcpMethod !== undefined && !request.mcp?.methods.includes(mcpMethod)) return false;
  return Object.entries(rest).every(
    ([name, value]) => value === undefined || facts[name as keyof RequestFilter] === value,
  );
}

/** Form parameters whose values are shown; the value of any other may be a secret. */
const harmlessParameters = new Set([
  ...["grant_type", "client_id", "resource", "audience", "scope", "response_type"],
  ...["token_format", "requested_token_type", "subject_token_type", "actor_token_type"],
  ...["client_assertion_type", "app_tid", "refresh_expiry"],
]);

/** Copies a form for the record, with fingerprints in place of what may be secret. */
export function recordedForm(form: Form): NonNullable<RecordedRequest["form"]> {
  return Object.fromEntries(
    form.entries().map(([name, values]) => {
      const shown = harmlessParameters.has(name)
        ? values
        : values.map((value) => `sha256:${fingerprint(value)}`);
      return [name, shown.length === 1 ? (shown[0] ?? "") : shown];
    }),
  );
}

/** Request headers that are recorded. */
const harmlessHeaders = [
  ...["accept", "content-type", "user-agent", "x-correlation-id", "traceparent"],
  ...["mcp-protocol-version", "mcp-method", "mcp-name"],
];

/** Copies the harmless headers for the record. */
export function recordedHeaders(headers: Headers): Record<string, string> {
  const shown = harmlessHeaders.map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(shown.filter((pair): pair is [string, string] => pair[1] !== null));
}
