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
 * @throws TypeError if `token` is not a non-empty string.
 */
export function createAccessToken<Extra extends object = object>(
  init: AccessTokenInit & Extra,
): AccessToken & Readonly<Omit<Extra, keyof AccessToken>> {
  return new IssuedToken(init) as unknown as AccessToken & Readonly<Omit<Extra, keyof AccessToken>>;
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
    const { token, tokenType = "Bearer", expiresAt, fingerprint: _, ...rest } = init as AccessToken;
    if (typeof token !== "string" || token.trim() === "") {
      throw new TypeError('Cannot create an access token: "token" must be a non-empty string');
    }
    this.#token = token;
    this.tokenType = tokenType;
    this.expiresAt = expiresAt;
    this.fingerprint = fingerprint(token);
    for (const [name, value] of Object.entries(rest)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
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
