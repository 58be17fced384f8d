import { compactVerify, errors, type JWTPayload } from "jose";
import { ownSignature } from "../keys/jwt-verification.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import { fingerprint } from "../oauth/fingerprint.ts";
import type { ResolvedOptions } from "../options/options.ts";
import { type BoundedCache, type Bounds, createBoundedCache } from "../recording/bounded-cache.ts";
import type { RecordedToken } from "../recording/recorded-request.ts";
import { decodeToken } from "../recording/redaction.ts";

/** The verdict on a token's signature; `none` if the token is not a JWT. */
export type SignatureVerdict = "good" | "bad" | "unknown-key" | "none";

/** A token that was issued or presented. */
interface LedgerEntry {
  readonly recorded: RecordedToken;
  readonly signature: Promise<SignatureVerdict>;
  /** Its value, if values are kept. */
  readonly value: string | undefined;
}

/** The parts of a mock that a ledger needs. */
export interface TokenLedgerOptions {
  readonly keys: KeyRings;
  readonly bounds: Bounds;
  /** Whether the values of tokens are kept. */
  readonly recordSecrets: boolean;
}

/** Weight of a decoded token without its characters, in bytes; its claims are as long as the token. */
const ENTRY_BYTES = 1_000;

/**
 * Remembers the tokens that the mock issued or received, by fingerprint.
 *
 * A signature can be verified only while the token is at hand, so it is verified at once.
 */
export class TokenLedger {
  readonly #options: TokenLedgerOptions;
  readonly #entries: BoundedCache<string, LedgerEntry>;

  constructor(options: TokenLedgerOptions) {
    this.#options = options;
    this.#entries = createBoundedCache(options.bounds);
  }

  /** Remembers a token and describes it; `claims` are the claims of an opaque token. */
  note(token: string, claims?: JWTPayload): RecordedToken {
    const mark = fingerprint(token);
    const known = this.#entries.get(mark);
    if (known !== undefined) return known.recorded;
    const decoded = decodeToken(token);
    const recorded = { ...decoded, fingerprint: mark, claims: claims ?? decoded.claims };
    const { keys, recordSecrets } = this.#options;
    const value = recordSecrets ? token : undefined;
    this.#entries.add({
      key: mark,
      value: { recorded, signature: verifySignature(token, keys), value },
      bytes: ENTRY_BYTES + 2 * token.length,
    });
    return recorded;
  }

  /** Finds a token by its fingerprint. */
  find(mark: string): LedgerEntry | undefined {
    return this.#entries.get(mark);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }
}

/** Creates the ledger of a mock. */
export function createTokenLedger(
  { recordBounds: bounds, recordSecrets }: Pick<ResolvedOptions, "recordBounds" | "recordSecrets">,
  keys: KeyRings,
): TokenLedger {
  return new TokenLedger({ bounds, recordSecrets, keys });
}

async function verifySignature(token: string, keys: KeyRings): Promise<SignatureVerdict> {
  const { key, algorithms } = ownSignature(keys);
  try {
    await compactVerify(token, key, { algorithms: [...algorithms] });
    return "good";
  } catch (error) {
    if (error instanceof errors.JWSInvalid) return "none";
    return error instanceof errors.JWKSNoMatchingKey ? "unknown-key" : "bad";
  }
}
