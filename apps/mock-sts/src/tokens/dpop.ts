import { createHmac, hash, randomBytes } from "node:crypto";
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EmbeddedJWK,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { ASYMMETRIC_ALGORITHMS } from "../keys/jwt-verification.ts";
import { UsedAssertions } from "../keys/used-assertions.ts";
import type { Clock } from "../time/clock.ts";

/** A proof of possession is invalid; the message contains no part of it. */
export class DpopError extends Error {
  override readonly name = "DpopError";
  readonly code: "invalid_dpop_proof" | "use_dpop_nonce";

  constructor(description: string, code: DpopError["code"] = "invalid_dpop_proof") {
    super(description);
    this.code = code;
  }
}

/** The request a proof must be about. */
export interface ProvenRequest {
  readonly method: string;
  /** URL without its query. */
  readonly url: string;
  /** The access token of a request to a protected resource. */
  readonly accessToken?: string;
}

/** Verifies the proofs that are sent to one server. */
export interface DpopVerifier {
  /**
   * Checks a `DPoP` header and returns the thumbprint of its key.
   *
   * @throws DpopError saying what is wrong with it.
   */
  verify(proof: string, request: ProvenRequest): Promise<string>;
  /** Returns the headers with the nonce for the next proof; empty if nonces are not in use. */
  nonceHeaders(): Record<string, string>;
}

/** The rules for proofs. */
export interface DpopOptions {
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
  /** Whether a proof needs a nonce of this server. */
  readonly nonces: boolean;
}

/** The highest age of a proof, in milliseconds. */
const MAX_AGE_MS = 60_000;
/** How long a nonce is new, in milliseconds. */
const NONCE_LIFETIME_MS = 300_000;

/**
 * Creates the verifier of proofs of possession.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 §4.3}
 */
export function createDpopVerifier({ clock, clockSkewMs, nonces }: DpopOptions): DpopVerifier {
  const used = new UsedAssertions();
  const nonceAt = createNonces();
  const windowMs = MAX_AGE_MS + clockSkewMs;
  return {
    async verify(proof, request) {
      const { payload, thumbprint } = await verifySignature(proof);
      checkRequest(payload, request);
      const now = clock.now();
      if (nonces) checkNonce(payload, [nonceAt(now), nonceAt(now - NONCE_LIFETIME_MS)]);
      // The nonce shows that the proof is new, whatever the clock of its sender says: RFC 9449
      // §11.1.
      else if (!(Math.abs(now - (payload.iat ?? 0) * 1000) <= windowMs)) {
        throw new DpopError("the DPoP proof is too old or from the future");
      }
      const life = nonces ? 2 * NONCE_LIFETIME_MS : 2 * windowMs;
      if (!used.use(`${thumbprint} ${payload.jti}`, { notAfter: now + life, now })) {
        throw new DpopError("the DPoP proof was used before");
      }
      return thumbprint;
    },
    nonceHeaders: () => (nonces ? { "DPoP-Nonce": nonceAt(clock.now()) } : {}),
  };
}

/** Nonces are computed from the time, so that none has to be kept. */
function createNonces(): (nowMs: number) => string {
  const secret = randomBytes(32);
  return (nowMs) =>
    createHmac("sha256", secret)
      .update(String(Math.floor(nowMs / NONCE_LIFETIME_MS)))
      .digest("base64url");
}

async function verifySignature(
  proof: string,
): Promise<{ payload: JWTPayload; thumbprint: string }> {
  try {
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...ASYMMETRIC_ALGORITHMS],
      typ: "dpop+jwt",
      // A proof has no expiry; the mock's clock decides about its age.
      clockTolerance: Number.MAX_SAFE_INTEGER,
    });
    const { jwk } = decodeProtectedHeader(proof);
    return { payload, thumbprint: await calculateJwkThumbprint(jwk ?? {}) };
  } catch {
    throw new DpopError("the DPoP proof is no JWT of type dpop+jwt signed by the key in it");
  }
}

function checkRequest(
  { jti, htm, htu, iat, ath }: JWTPayload,
  { method, url, accessToken }: ProvenRequest,
): void {
  if (typeof jti !== "string" || jti === "") throw new DpopError("the DPoP proof has no jti");
  if (typeof iat !== "number") throw new DpopError("the DPoP proof has no iat");
  if (htm !== method) throw new DpopError("the DPoP proof is for another method");
  if (typeof htu !== "string" || withoutQuery(htu) !== withoutQuery(url)) {
    throw new DpopError("the DPoP proof is for another URL");
  }
  if (accessToken !== undefined && ath !== hash("sha256", accessToken, "base64url")) {
    throw new DpopError("the DPoP proof is for another access token");
  }
}

/** Compares after normalization, without query and fragment: RFC 9449 §4.3. */
function withoutQuery(text: string): string | undefined {
  const url = URL.parse(text);
  return url === null ? undefined : `${url.origin}${url.pathname}`;
}

function checkNonce({ nonce }: JWTPayload, good: readonly string[]): void {
  if (typeof nonce === "string" && good.includes(nonce)) return;
  throw new DpopError("the DPoP proof needs the nonce of this server", "use_dpop_nonce");
}
