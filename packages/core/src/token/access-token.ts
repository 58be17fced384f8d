import { nearMiss } from "../options/nearest-name.ts";
import { isPlainObject, kindOf } from "../options/plain-object.ts";
import { fingerprint } from "./digest.ts";

/** An OAuth 2.0 access token as the token endpoint issued it. */
export interface AccessToken {
  /**
   * The raw token, without a scheme. On a token that {@link createAccessToken} made it is not an own property, so spread,
   * JSON, structuredClone and inspect do not show it.
   */
  readonly token: string;
  /** How the token is presented. `"N_A"` marks a token that is not an access token; it is never sent as one (RFC 8693 §2.2.1). */
  readonly tokenType: "Bearer" | "N_A";
  /** When the token expires, in epoch milliseconds; `undefined` if the expiry is unknown. */
  readonly expiresAt: number | undefined;
  /** The granted scope, which may be narrower than the requested one (RFC 6749 §5.1). */
  readonly scope?: readonly string[];
  /** The kind of token that an exchange issued (RFC 8693 §2.2.1). */
  readonly issuedTokenType?: string;
  /** The certificate that the token is bound to. The source that holds the certificate sets it (RFC 8705 §3.1). */
  readonly confirmation?: { readonly x5tS256: string };
  /** Twelve hexadecimal characters of the token's SHA-256. Logs and inspect output show them in place of the token. */
  readonly fingerprint?: string;
}

/** What {@link createAccessToken} needs. The token keeps any further members. */
export interface AccessTokenInit
  extends Omit<AccessToken, "tokenType" | "expiresAt" | "fingerprint"> {
  /** Default `"Bearer"`. */
  readonly tokenType?: AccessToken["tokenType"];
  /** Epoch milliseconds; default `undefined`. */
  readonly expiresAt?: number | undefined;
}

/**
 * Makes a frozen {@link AccessToken} that never shows its secret by accident. The token keeps members beyond
 * {@link AccessTokenInit}, such as a gateway's URL.
 *
 * @example
 * ```ts
 * const token = createAccessToken({ token: "s3cret", expiresAt: Date.now() + 60_000 });
 * JSON.stringify(token); // {"tokenType":"Bearer","expiresAt":…,"fingerprint":"…"}
 * ```
 * @throws TypeError if `init` is not an object; if `token` is not a string, is blank, has more than 65 536 characters or holds control characters; if
 * `expiresAt` is not a number; if `scope` is not a list of strings; or if a further member is a known one misspelt.
 */
export function createAccessToken<Extra extends object = object>(
  init: AccessTokenInit & Extra,
): AccessToken & Readonly<Omit<Extra, keyof AccessToken>> {
  if (typeof init !== "object" || init === null) {
    throw new TypeError(
      `Cannot create an access token: it must be an object such as { token, expiresAt }, not ${kindOf(init)}`,
    );
  }
  for (const name of Object.keys(init)) {
    const meant = nearMiss(name, MEMBERS);
    if (meant === undefined) continue;
    throw new TypeError(
      `Cannot create an access token: there is no member ${JSON.stringify(name)}; did you mean ${JSON.stringify(meant)}?`,
    );
  }
  return issuedToken(init) as AccessToken & Readonly<Omit<Extra, keyof AccessToken>>;
}

const MEMBERS = [
  "token",
  "tokenType",
  "expiresAt",
  "scope",
  "issuedTokenType",
  "confirmation",
  "fingerprint",
];

/** Makes a token of what a source of others returned: a member that looks misspelt costs no good token. */
export function issuedToken(init: AccessTokenInit): AccessToken {
  return new IssuedToken(init);
}

/** In characters. No server accepts a header of this length. */
const MAX_TOKEN_LENGTH = 65_536;

/**
 * Says why the members do not make a valid access token, without showing their values.
 *
 * @returns `undefined` if the members are valid.
 */
export function tokenViolation(init: {
  readonly token?: unknown;
  readonly expiresAt?: unknown;
  readonly scope?: unknown;
}): string | undefined {
  const { token, expiresAt, scope } = init;
  if (typeof token !== "string") return `"token" must be a string, not ${kindOf(token)}`;
  if (token.trim() === "") return '"token" must be a non-empty string';
  if (token.length > MAX_TOKEN_LENGTH) {
    return `"token" is longer than ${MAX_TOKEN_LENGTH} characters`;
  }
  if (/\p{Cc}/u.test(token)) return '"token" holds control characters';
  if (expiresAt !== undefined && typeof expiresAt !== "number") {
    return `"expiresAt" must be a number of epoch milliseconds, not ${kindOf(expiresAt)}`;
  }
  if (scope !== undefined && !isStringList(scope)) return '"scope" must be a list of strings';
  return undefined;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Tells whether {@link createAccessToken} of this copy of the package made the token. */
export function isIssuedToken(token: AccessToken): boolean {
  return IssuedToken.made(token);
}

class IssuedToken implements AccessToken {
  readonly #token: string;
  readonly tokenType: AccessToken["tokenType"];
  readonly expiresAt: number | undefined;
  readonly fingerprint: string;

  static made(token: object): boolean {
    return #token in token;
  }

  constructor(init: AccessTokenInit) {
    const violation = tokenViolation(init);
    if (violation !== undefined) {
      throw new TypeError(`Cannot create an access token: ${violation}`);
    }
    const { token, tokenType = "Bearer", expiresAt, fingerprint: _, ...rest } = init as AccessToken;
    this.#token = token;
    this.tokenType = tokenType;
    this.expiresAt = expiresAt;
    this.fingerprint = fingerprint(token);
    for (const [name, value] of Object.entries(rest)) {
      if (value === undefined) continue;
      Object.defineProperty(this, name, { value: ownCopy(value), enumerable: true });
    }
    Object.freeze(this);
  }

  get token(): string {
    return this.#token;
  }

  /** Node's inspect shows what JSON shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    return { ...this };
  }
}

/** All callers share the token, so a caller must not be able to change the scope that the other callers see. */
function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...value]);
  return isPlainObject(value) ? Object.freeze({ ...value }) : value;
}
