import { isPlainObject, kindOf } from "../options/plain-object.ts";
import { fingerprint } from "./digest.ts";

/** An OAuth 2.0 access token as the token endpoint issued it. */
export interface AccessToken {
  /** The raw token, without a scheme. On tokens made by {@link createAccessToken} it is not an own property, so spread, JSON, structuredClone and inspect do not show it. */
  readonly token: string;
  /** How the token is presented; `"N_A"` marks what is no access token and is never sent as one (RFC 8693 §2.2.1). */
  readonly tokenType: "Bearer" | "N_A";
  /** When the token ends, in epoch milliseconds; `undefined` if nobody said. */
  readonly expiresAt: number | undefined;
  /** The granted scope, which may be narrower than the requested one (RFC 6749 §5.1). */
  readonly scope?: readonly string[];
  /** The kind of token an exchange issued (RFC 8693 §2.2.1). */
  readonly issuedTokenType?: string;
  /** The certificate the token is bound to, set by the source that holds it (RFC 8705 §3.1). */
  readonly confirmation?: { readonly x5tS256: string };
  /** Twelve hexadecimal characters of the token's SHA-256: what logs and inspect output show in its place. */
  readonly fingerprint?: string;
}

/** What {@link createAccessToken} needs; further members ride along on the token. */
export interface AccessTokenInit
  extends Omit<AccessToken, "tokenType" | "expiresAt" | "fingerprint"> {
  /** Default `"Bearer"`. */
  readonly tokenType?: AccessToken["tokenType"];
  /** Epoch milliseconds; default `undefined`. */
  readonly expiresAt?: number | undefined;
}

/**
 * Makes a frozen {@link AccessToken} that never shows its secret by accident. Members beyond
 * {@link AccessTokenInit}, such as a gateway's URL, are kept on the token.
 *
 * @example
 * ```ts
 * const token = createAccessToken({ token: "s3cret", expiresAt: Date.now() + 60_000 });
 * JSON.stringify(token); // {"tokenType":"Bearer","expiresAt":…,"fingerprint":"…"}
 * ```
 * @throws TypeError if `token` is not a string, blank, longer than 65 536 characters or holds control characters, if `expiresAt`
 * is not a number, or `scope` not a list of strings.
 */
export function createAccessToken<Extra extends object = object>(
  init: AccessTokenInit & Extra,
): AccessToken & Readonly<Omit<Extra, keyof AccessToken>> {
  return new IssuedToken(init) as unknown as AccessToken & Readonly<Omit<Extra, keyof AccessToken>>;
}

/** Longer than any server takes in a header, in characters. */
const MAX_TOKEN_LENGTH = 65_536;

/**
 * Says what makes members unfit for an access token, without showing them.
 *
 * @returns `undefined` if nothing does.
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

/** All callers share the token: none of them may change the scope of the others. */
function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze([...value]);
  return isPlainObject(value) ? Object.freeze({ ...value }) : value;
}
