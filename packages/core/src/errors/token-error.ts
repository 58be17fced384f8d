import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";
import { ERROR_PAGE } from "./error-page.ts";

const BRAND = Symbol.for("@agent-oauth/TokenError");

/** The code of a {@link TokenError}. The README's table of errors says what each code means and whether a retry can help. */
export type TokenErrorCode =
  | "ERR_TOKEN_SUBJECT_REQUIRED"
  | "ERR_TOKEN_SUBJECT_NOT_ALLOWED"
  | "ERR_TOKEN_SOURCE_UNAVAILABLE"
  | "ERR_TOKEN_CONFIG"
  | "ERR_TOKEN_CREDENTIAL"
  | "ERR_TOKEN_PROVIDER"
  | "ERR_TOKEN_NETWORK"
  | "ERR_TOKEN_TLS"
  | "ERR_TOKEN_TIMEOUT"
  | "ERR_TOKEN_HTTP"
  | "ERR_TOKEN_OAUTH"
  | "ERR_TOKEN_RESPONSE"
  | "ERR_TOKEN_METADATA"
  | "ERR_TOKEN_REJECTED"
  | "ERR_TOKEN_NOT_READY"
  | "ERR_TOKEN_AUDIENCE"
  | "ERR_TOKEN_ORIGIN"
  | "ERR_TOKEN_TYPE_UNSUPPORTED"
  | "ERR_TOKEN_STORE"
  | "ERR_TOKEN_CLOSED";

/** Details of a {@link TokenError}. */
export interface TokenErrorOptions {
  /** The cause. Pass a foreign error through {@link redactedCause} first. */
  readonly cause?: Error | undefined;
  /** HTTP status of the response. */
  readonly status?: number | undefined;
  /** The `error` code of the OAuth error response (RFC 6749 §5.2). */
  readonly oauthError?: string | undefined;
  /** How long the server asked the client to wait (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Claims that the user's next token must be requested with, as the server wrote them. */
  readonly claims?: string | undefined;
  /** A code beneath the `error` code. */
  readonly suberror?: string | undefined;
  /** How the user must have authenticated (RFC 9470 §3). */
  readonly acrValues?: readonly string[] | undefined;
  /** How long ago the user may have authenticated, in milliseconds (RFC 9470 §3). */
  readonly maxAgeMs?: number | undefined;
  /** Whether a retry can help. Default: derived from the code and the status. */
  readonly retryable?: boolean | undefined;
}

/**
 * Says why a token could not be obtained or used. Its message, cause and inspect output hold no secret.
 *
 * @example
 * ```ts
 * try {
 *   await source.getToken();
 * } catch (error) {
 *   if (TokenError.isInstance(error) && error.retryable) scheduleRetry(error.retryAfterMs);
 *   else throw error;
 * }
 * ```
 */
export class TokenError extends Error {
  /** The stable code, for programs to branch on. */
  readonly code: TokenErrorCode;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** HTTP status of the response, if there was a response. */
  declare readonly status?: number;
  /** The `error` code of the OAuth error response (RFC 6749 §5.2). */
  declare readonly oauthError?: string;
  /** How long the server asked the client to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /**
   * Claims that the user's next token must be requested with, exactly as the server wrote them: the parameter `claims` of the
   * authorization request. Microsoft Entra ID sends them where a policy wants more of the user.
   */
  declare readonly claims?: string;
  /** A code beneath the `error` code, such as Entra's `basic_action`. */
  declare readonly suberror?: string;
  /** How the user must have authenticated: the parameter `acr_values` of the authorization request (RFC 9470 §3). */
  declare readonly acrValues?: readonly string[];
  /** How long ago the user may have authenticated, in milliseconds: `max_age` of the authorization request (RFC 9470 §3). */
  declare readonly maxAgeMs?: number;
  /** Where the documentation explains the code: meaning, cause and fix. Absent in a build without a public home. */
  declare readonly helpUrl?: string;

  /** Tells whether a value is a token error. It also recognises a token error of another installed copy of this package. */
  static isInstance(error: unknown): error is TokenError {
    return typeof error === "object" && error !== null && BRAND in error;
  }

  /** @throws TypeError if `code` is no code, or an option is unknown. */
  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    if (typeof code !== "string" || !code.startsWith("ERR_TOKEN_")) {
      throw new TypeError(
        `Cannot create a token error: "code" must be a code such as "ERR_TOKEN_PROVIDER", not ${kindOf(code)}`,
      );
    }
    checkOptions(options, { doing: "create a token error", names: OPTIONS });
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? isRetryable(code, options.status);
    if (options.status !== undefined) this.status = options.status;
    if (options.oauthError !== undefined) this.oauthError = options.oauthError;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.claims !== undefined) this.claims = options.claims;
    if (options.suberror !== undefined) this.suberror = options.suberror;
    if (options.acrValues !== undefined) this.acrValues = options.acrValues;
    if (options.maxAgeMs !== undefined) this.maxAgeMs = options.maxAgeMs;
    if (ERROR_PAGE !== undefined) this.helpUrl = `${ERROR_PAGE}#${anchorOf(code)}`;
  }
}

const OPTIONS: OptionNames<TokenErrorOptions> = {
  cause: true,
  status: true,
  oauthError: true,
  retryAfterMs: true,
  claims: true,
  suberror: true,
  acrValues: true,
  maxAgeMs: true,
  retryable: true,
};

Object.defineProperty(TokenError.prototype, BRAND, { value: true });
Object.defineProperty(TokenError.prototype, "name", { value: "TokenError" });

/** The anchor of a code's heading, as the documentation site makes it. */
function anchorOf(code: TokenErrorCode): string {
  return code.toLowerCase().replaceAll("_", "-");
}

function isRetryable(code: TokenErrorCode, status: number | undefined): boolean {
  if (code === "ERR_TOKEN_NETWORK" || code === "ERR_TOKEN_TIMEOUT") return true;
  if (code !== "ERR_TOKEN_HTTP" && code !== "ERR_TOKEN_OAUTH") return false;
  return status !== undefined && (status === 408 || status === 429 || status >= 500);
}
