import type { TokenErrorCode } from "../errors/token-error.ts";

/** Receives events. It is called synchronously, so it must be quick; what it throws is ignored. */
export type TokenEventSink = (event: TokenEvent) => void;

/** What every event says. None holds a token, an assertion or a secret. */
interface EventBase {
  /** The source's identity at that moment. */
  readonly identity: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the request, where there is one. */
  readonly audience?: readonly string[];
  readonly resource?: readonly string[];
  readonly tenant?: string;
}

/** A token request begins. */
export interface RequestStartEvent extends EventBase {
  readonly type: "request-start";
  /** Joins it to its `request-end`; unique within one source. */
  readonly requestId: number;
  /** Why the cache asks: nothing cached, refresh ahead, or a server refused the cached token. */
  readonly reason: "miss" | "stale" | "rejected";
}

/** A token request ended; `code` is absent if it brought a token. */
export interface RequestEndEvent extends EventBase {
  readonly type: "request-end";
  readonly requestId: number;
  /** From its start, in milliseconds of the monotonic clock. */
  readonly durationMs: number;
  readonly code?: TokenErrorCode | "ERR_UNKNOWN";
}

/** Something was seen for one request of the cache: served fresh, served while refreshing, not there, or pushed out. */
export interface CacheEvent extends EventBase {
  readonly type: "hit" | "stale" | "miss" | "short-lived" | "rejected" | "evicted";
  /** Of the token concerned, where there is one. */
  readonly fingerprint?: string;
}

/** A refresh ahead failed; callers still get the token they have. */
export interface RefreshFailedEvent extends EventBase {
  readonly type: "refresh-failed";
  readonly code: TokenErrorCode | "ERR_UNKNOWN";
}

/** A lifetime could not be used and the next source of it was taken. */
export interface LifetimeSkippedEvent extends EventBase {
  readonly type: "lifetime-skipped";
  readonly field: "expires_at" | "expires_in" | "exp" | "id_token.exp";
}

/** A lifetime above `maxLifetimeMs` was cut. */
export interface LifetimeCutEvent extends EventBase {
  readonly type: "lifetime-cut";
  /** What the server said, in milliseconds. */
  readonly lifetimeMs: number;
}

/** The `aud` of a JWT answer does not contain the requested target. */
export interface AudienceMismatchEvent extends EventBase {
  readonly type: "audience-mismatch";
}

/** An actor's token was sent, and the JWT answer does not name that actor in `act`: the servers will not know who acts. */
export interface ActorIgnoredEvent extends EventBase {
  readonly type: "actor-ignored";
}

/** A tenant was given to a flow that has only one. */
export interface TenantDroppedEvent extends EventBase {
  readonly type: "tenant-dropped";
}

/** What sources, caches and clients tell about their work. */
export type TokenEvent =
  | RequestStartEvent
  | RequestEndEvent
  | CacheEvent
  | RefreshFailedEvent
  | LifetimeSkippedEvent
  | LifetimeCutEvent
  | AudienceMismatchEvent
  | ActorIgnoredEvent
  | TenantDroppedEvent;
