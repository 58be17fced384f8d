import { TokenError } from "../errors/token-error.ts";
import { emit } from "../events/emit.ts";
import type { RequestEndEvent, TokenEvent } from "../events/token-event.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";
import type { CacheSettings } from "./cache-options.ts";

type FilledIn = "identity" | "at" | "audience" | "resource" | "tenant";
type EventDetails<E = TokenEvent> = E extends TokenEvent ? Omit<E, FilledIn> : never;

/** Passes events to the sink, and fills in the identity, the time and the request's targets. */
export class CacheEvents {
  readonly #settings: CacheSettings;
  readonly #source: { readonly identity: string | undefined };

  constructor(settings: CacheSettings, source: { readonly identity: string | undefined }) {
    this.#settings = settings;
    this.#source = source;
  }

  /** Whether there is a listener. Check this before you build an event that costs time. */
  get hasListener(): boolean {
    return this.#settings.onEvent !== undefined;
  }

  emit(details: EventDetails, request?: TokenRequest): void {
    const { onEvent, clock } = this.#settings;
    if (onEvent === undefined) return;
    const { audience, resource, tenant } = request ?? {};
    emit(onEvent, {
      ...details,
      identity: this.#source.identity,
      at: clock.now(),
      ...(audience && { audience }),
      ...(resource && { resource }),
      ...(tenant !== undefined && { tenant }),
    });
  }

  /** Emits an event about one cached token. */
  emitOf(
    type: "hit" | "stale" | "store-hit" | "short-lived" | "rejected" | "evicted",
    { fingerprint }: AccessToken,
    request?: TokenRequest,
  ): void {
    if (this.hasListener)
      this.emit({ type, ...(fingerprint !== undefined && { fingerprint }) }, request);
  }
}

/** Returns the code that events show for an error. */
export function eventCode(error: unknown): NonNullable<RequestEndEvent["code"]> {
  return TokenError.isInstance(error) ? error.code : "ERR_UNKNOWN";
}
