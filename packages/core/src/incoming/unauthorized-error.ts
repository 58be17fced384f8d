import { TokenError } from "../errors/token-error.ts";
import { bearerChallenge, type ChallengeOptions } from "./bearer-challenge.ts";

const BRAND = Symbol.for("@agent-oauth/UnauthorizedError");

/** Why a request is refused. */
export interface RequestRefusal {
  /** Completes "Cannot read the user of the request: …". */
  readonly reason: string;
  /** Absent if the request lacks any authentication: then no error is named (RFC 6750 §3.1). */
  readonly error?: "invalid_request" | "invalid_token";
}

/**
 * Says that a request carries no usable token, and how to answer it. Express and Fastify answer with its `status` and `headers`, Hono
 * with `getResponse()`. Its message may be shown to whoever sent the request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export class UnauthorizedError extends TokenError {
  /** The status of the response: 401, or 400 if the request carries more than one authorization. */
  declare readonly status: 400 | 401;
  /** The same, by the name that Fastify reads. */
  readonly statusCode: 400 | 401;
  /** The headers of the response: the challenge. */
  readonly headers: Readonly<Record<"WWW-Authenticate", string>>;

  /** Tells whether a value is such an error. It also recognises one of another installed copy of this package. */
  static override isInstance(error: unknown): error is UnauthorizedError {
    return typeof error === "object" && error !== null && BRAND in error;
  }

  constructor(refusal: RequestRefusal & { readonly challenge: ChallengeOptions }) {
    const { reason = "it has no usable token", error, challenge } = { ...refusal };
    const status = error === "invalid_request" ? 400 : 401;
    const message = `Cannot read the user of the request: ${reason}`;
    super("ERR_TOKEN_SUBJECT_REQUIRED", message, { status, oauthError: error });
    this.statusCode = status;
    const description = error && reason;
    this.headers = { "WWW-Authenticate": bearerChallenge({ ...challenge, error, description }) };
  }

  /** Makes the response to the request: the status and the challenge, without a body. */
  getResponse(): Response {
    return new Response(null, { status: this.status, headers: this.headers });
  }
}

Object.defineProperty(UnauthorizedError.prototype, BRAND, { value: true });
Object.defineProperty(UnauthorizedError.prototype, "name", { value: "UnauthorizedError" });
