import type { TokenErrorCode } from "../errors/token-error.ts";

/** Receives events. It is called synchronously, so it must be quick. Its errors are ignored. */
export type TokenEventSink = (event: TokenEvent) => void;

/** The members of every event. An event never holds a token, an assertion or a secret. */
interface EventBase {
  /** The source's identity at the time of the event. */
  readonly identity: string | undefined;
  /** When the event happened, in epoch milliseconds. */
  readonly at: number;
  /** The audience of the request, if the event belongs to a request. */
  readonly audience?: readonly string[];
  readonly resource?: readonly string[];
  readonly tenant?: string;
}

/** A token request begins. */
export interface RequestStartEvent extends EventBase {
  readonly type: "request-start";
  /** The `request-end` event of this request has the same number. It is unique within one source. */
  readonly requestId: number;
  /** Why the cache asks: it has no token, it refreshes ahead, or a server refused the cached token. */
  readonly reason: "miss" | "stale" | "rejected";
}

/** A token request ended; `code` is absent if the request succeeded. */
export interface RequestEndEvent extends EventBase {
  readonly type: "request-end";
  readonly requestId: number;
  /** How long the request took, in milliseconds of the monotonic clock. */
  readonly durationMs: number;
  readonly code?: TokenErrorCode | "ERR_UNKNOWN";
}

/**
 * What the cache did for one request: it served a fresh token (`hit`), served a token and refreshed it (`stale`), had no token
 * (`miss`), took a token from the shared store (`store-hit`), got a token that lasts too short (`short-lived`), learned of a refusal
 * (`rejected`) or made room (`evicted`).
 */
export interface CacheEvent extends EventBase {
  readonly type: "hit" | "stale" | "miss" | "store-hit" | "short-lived" | "rejected" | "evicted";
  /** The fingerprint of the token, if the event is about a token. */
  readonly fingerprint?: string;
}

/** A refresh ahead failed. Callers still get the cached token. */
export interface RefreshFailedEvent extends EventBase {
  readonly type: "refresh-failed";
  readonly code: TokenErrorCode | "ERR_UNKNOWN";
}

/** A claim about the lifetime was unusable, so the next claim was used. */
export interface LifetimeSkippedEvent extends EventBase {
  readonly type: "lifetime-skipped";
  readonly field: "expires_at" | "expires_in" | "exp" | "id_token.exp";
}

/** The cache cut a lifetime to `maxLifetimeMs`. */
export interface LifetimeCutEvent extends EventBase {
  readonly type: "lifetime-cut";
  /** The lifetime that the server stated, in milliseconds. */
  readonly lifetimeMs: number;
}

/** The `aud` of the issued JWT does not contain the requested target. */
export interface AudienceMismatchEvent extends EventBase {
  readonly type: "audience-mismatch";
  /** What the token names in `aud`; empty if it names nothing. At most 16 audiences, each cut at 200 characters. */
  readonly aud?: readonly string[];
}

/** An actor token was sent, but the issued JWT does not name that actor in `act`, so servers cannot see who acts. */
export interface ActorIgnoredEvent extends EventBase {
  readonly type: "actor-ignored";
}

/** The response of an exchange does not say what type of token was issued, or another type was requested. */
export interface IssuedTypeMismatchEvent extends EventBase {
  readonly type: "issued-type-mismatch";
}

/** A caller named a tenant, but the flow has only one tenant, so the name was dropped. */
export interface TenantDroppedEvent extends EventBase {
  readonly type: "tenant-dropped";
}

/** A shared store could not be used, or what it held: the cache went on without it. */
export interface StoreEvent extends EventBase {
  /**
   * `store-unavailable`: a command failed or took too long. `store-unreadable`: a record could not be decrypted, and counts as
   * absent. `store-skipped`: a token has members that would not come back from the store alike, so it is kept in memory only.
   */
  readonly type: "store-unavailable" | "store-unreadable" | "store-skipped";
  /** Why, if there is more to say than the type does. */
  readonly reason?: string;
}

/** An event of a source, a cache or a client. */
export type TokenEvent =
  | RequestStartEvent
  | RequestEndEvent
  | CacheEvent
  | RefreshFailedEvent
  | LifetimeSkippedEvent
  | LifetimeCutEvent
  | AudienceMismatchEvent
  | ActorIgnoredEvent
  | IssuedTypeMismatchEvent
  | StoreEvent
  | TenantDroppedEvent;
