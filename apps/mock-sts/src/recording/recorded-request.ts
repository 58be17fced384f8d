import type { JWTPayload, ProtectedHeaderParameters } from "jose";

/** A token as the recorder keeps it: never its value. */
export interface RecordedToken {
  /** First 12 hexadecimal digits of the token's SHA-256. */
  readonly fingerprint: string;
  /** Decoded header of a JWT. */
  readonly header?: ProtectedHeaderParameters | undefined;
  /** Decoded claims, unverified where a client sent them; `undefined` for what is no JWT and not the mock's. */
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

/** The parts of a message to an A2A agent that JSON-RPC tells. */
export interface RecordedA2a {
  /** Version of the protocol, as the request says it. */
  readonly version: string;
  /** JSON-RPC methods of the body: `SendMessage` in version 1.0, `message/send` in 0.3. */
  readonly methods: readonly string[];
}

/** What kinds of resource there are. */
export const ROUTE_NAMES = [
  /** An identity tenant's token endpoint. */
  "token",
  "xsuaa-token",
  /** The token endpoint of the token exchange service, or of a further issuer. */
  "sts-token",
  "introspection",
  "revocation",
  /** Lists, single fragments, and their labels. */
  "fragments",
  /** Collections of destinations and certificates. */
  "configurations",
  /** Finding a destination (v1) or consuming it (v2). */
  "destination",
  "agent-card",
  /** Messages to an A2A agent. */
  "a2a",
  "authorization-server-metadata",
  "jwks",
  "mcp",
  "resource-metadata",
  "unknown",
] as const;

/** What kind of resource a request was for. */
export type RouteName = (typeof ROUTE_NAMES)[number];

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
  /** Subdomain of the tenant, if the path or the service token says it. */
  readonly tenant?: string;
  /** Name of a further issuer, if the path says it. */
  readonly issuer?: string;
  /** Name of the A2A agent. */
  readonly agent?: string;
  /** The parameter `$filter`, decoded once. */
  readonly filter?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: RecordedTls;
  /** Form of a token request; what may be secret is a fingerprint. A repeated parameter is a list. */
  readonly form?: Readonly<Record<string, string | readonly string[]>>;
  readonly grant?: string;
  readonly clientId?: string;
  /** The user token of a jwt-bearer request. */
  readonly assertion?: RecordedToken;
  /** The two tokens of a token exchange. */
  readonly subjectToken?: RecordedToken;
  readonly actorToken?: RecordedToken;
  /** The token in the `Authorization` header. */
  readonly bearer?: RecordedToken;
  /** The token in the header `X-user-token`. */
  readonly userToken?: RecordedToken;
  readonly mcp?: RecordedMcp;
  readonly a2a?: RecordedA2a;
  /** The good access token in the answer. */
  readonly issued?: RecordedToken;
  /** OAuth error code of the answer. */
  readonly error?: string;
  /** The fault the answer was spoilt by. */
  readonly fault?: string;
  /** Status of the answer; `undefined` while there is none, for a connection reset, and where the sender stopped. */
  readonly status?: number;
  /** Time from the arrival to the head of the answer, or to the end of the connection, in milliseconds. */
  readonly durationMs?: number;
  /** Number of the answer, from 1: requests are not answered in the order they come in. */
  readonly answerId?: number;
}

/** A record while its request is being answered. */
export type OpenRecord = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };
