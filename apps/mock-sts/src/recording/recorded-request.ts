import type { JWTPayload, ProtectedHeaderParameters } from "jose";

/** A token as the recorder keeps it, without its value. */
export interface RecordedToken {
  /** First 12 hexadecimal digits of the token's SHA-256. */
  readonly fingerprint: string;
  /** Decoded header of a JWT. */
  readonly header?: ProtectedHeaderParameters | undefined;
  /**
   * Decoded claims, unverified if a client sent them; `undefined` if the token is not a JWT and not
   * of the mock.
   */
  readonly claims: JWTPayload | undefined;
}

/** The TLS connection of a request. */
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

/** The JSON-RPC content of a request to an MCP server. */
export interface RecordedMcp {
  /** Name of the MCP server. */
  readonly server: string;
  /** JSON-RPC methods of the body; empty for GET, DELETE and responses. */
  readonly methods: readonly string[];
  /** Tool of a `tools/call`. */
  readonly tool: string | undefined;
}

/** The JSON-RPC content of a message to an A2A agent. */
export interface RecordedA2a {
  /** Version of the protocol, as the request names it. */
  readonly version: string;
  /** JSON-RPC methods of the body: `SendMessage` in version 1.0, `message/send` in 0.3. */
  readonly methods: readonly string[];
}

/** The kinds of resources that requests are for. */
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

/** The kind of resource that a request was for. */
export type RouteName = (typeof ROUTE_NAMES)[number];

/** A recorded request. The record exists from the arrival on; `status` is set with the response. */
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
  /** Subdomain of the tenant, if the path or the service token names it. */
  readonly tenant?: string;
  /** Name of a further issuer, if the path names it. */
  readonly issuer?: string;
  /** Name of the A2A agent. */
  readonly agent?: string;
  /** The parameter `$filter`, decoded once. */
  readonly filter?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: RecordedTls;
  /** Form of a token request; values that may be secret are fingerprints. A repeated parameter is a list. */
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
  /** The access token in the response. */
  readonly issued?: RecordedToken;
  /** OAuth error code of the response. */
  readonly error?: string;
  /** Reason of a refusal in words, at most 200 characters. */
  readonly errorDescription?: string;
  /** The fault that was applied. */
  readonly fault?: string;
  /**
   * Status of the response; `undefined` while there is none, for a connection reset, and if the
   * sender stopped.
   */
  readonly status?: number;
  /** Time from the arrival to the head of the response, or to the end of the connection, in milliseconds. */
  readonly durationMs?: number;
  /** Number of the response, from 1: requests are not answered in the order of their arrival. */
  readonly answerId?: number;
}

/** A record while its request is being answered. */
export type OpenRecord = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };
