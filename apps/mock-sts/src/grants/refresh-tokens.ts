import { randomUUID } from "node:crypto";
import { digest } from "../oauth/fingerprint.ts";
import { invalidGrant } from "../oauth/oauth-error.ts";
import { randomToken } from "../oauth/random-token.ts";
import type { Clock } from "../time/clock.ts";
import { DAY_MS } from "../time/durations.ts";
import type { Confirmation } from "../tokens/confirmation.ts";
import type { StsDecision } from "./sts-grant.ts";

/** The grant that a refresh token stands for. */
export interface RefreshGrant {
  readonly clientId: string;
  readonly decision: StsDecision;
  /** A token that is bound to a key or a certificate is renewed only with that key or certificate. */
  readonly confirmation: Confirmation | undefined;
}

interface RefreshRecord extends RefreshGrant {
  /** Id of all refresh tokens that come from one exchange. */
  readonly family: string;
  readonly notAfter: number;
  used: boolean;
}

/** Lifetime of a refresh token, in milliseconds. */
export const REFRESH_LIFETIME_MS = DAY_MS;

/**
 * The refresh tokens of one issuer. Each is valid once; one that is used again revokes its whole
 * family.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 §4.14.2}
 */
export class RefreshTokens {
  readonly #clock: Clock;
  /** By the token's SHA-256. */
  readonly #records = new Map<string, RefreshRecord>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a token; `successorOf` is the token that it replaces, if any. */
  issue(grant: RefreshGrant, successorOf: string | undefined): string {
    const now = this.#clock.now();
    for (const [mark, record] of this.#records) {
      if (record.notAfter <= now) this.#records.delete(mark);
    }
    const token = randomToken();
    const before = this.#records.get(digest(successorOf ?? ""));
    const family = before?.family ?? randomUUID();
    this.#records.set(digest(token), {
      ...grant,
      family,
      notAfter: now + REFRESH_LIFETIME_MS,
      used: false,
    });
    return token;
  }

  /**
   * Finds the grant that a token stands for.
   *
   * @throws OAuthError `invalid_grant` if it is unknown, expired, used, or of another client.
   */
  find(token: string, clientId: string): RefreshGrant {
    const record = this.#records.get(digest(token));
    if (record === undefined || record.clientId !== clientId) {
      throw invalidGrant("the refresh token is unknown");
    }
    if (record.notAfter <= this.#clock.now()) throw invalidGrant("the refresh token has expired");
    if (record.used) {
      this.revoke(token);
      throw invalidGrant("the refresh token was used before");
    }
    return record;
  }

  /** Marks a token as used. */
  use(token: string): void {
    const record = this.#records.get(digest(token));
    if (record !== undefined) record.used = true;
  }

  /** Returns the client of a token; `undefined` if the token is unknown. */
  ownerOf(token: string): string | undefined {
    return this.#records.get(digest(token))?.clientId;
  }

  /** Revokes a token and its whole family. */
  revoke(token: string): void {
    const family = this.#records.get(digest(token))?.family;
    for (const [mark, record] of this.#records) {
      if (record.family === family) this.#records.delete(mark);
    }
  }
}
