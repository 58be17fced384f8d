import type { X509Certificate } from "node:crypto";
import { assertTokenForm, type Form } from "../oauth/form.ts";
import { invalidRequest, OAuthError } from "../oauth/oauth-error.ts";
import type { IssuedToken, TokenFormat } from "./access-tokens.ts";

/** A request to an endpoint for clients, as it arrived. */
export interface TokenRequest {
  readonly method: string;
  /** URL without its query. */
  readonly url: string;
  /** Query of the URL, without the question mark. */
  readonly query: string;
  readonly body: string;
  readonly form: Form;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  /** The `DPoP` header. */
  readonly dpop: string | undefined;
  readonly certificate: X509Certificate | undefined;
  /** Format of the token to issue; it wins over that of the form. */
  readonly format?: TokenFormat | undefined;
}

/** The result of a request: its response, and the facts for its record. */
export interface EndpointResult {
  readonly response: Response;
  readonly issued?: IssuedToken;
  /** The client, if it has authenticated. */
  readonly clientId?: string;
  readonly error?: string;
  /** Reason of a refusal in words. */
  readonly errorDescription?: string;
}

/** Handles requests of clients; a refusal is a result too. */
export type OAuthEndpoint = (request: TokenRequest) => Promise<EndpointResult>;

/** Makes an endpoint from a function that handles well-formed requests or throws an `OAuthError`. */
export function createOAuthEndpoint<R extends TokenRequest>(
  handle: (request: R) => Promise<EndpointResult>,
  respond: (error: OAuthError) => Response = (error) => error.toResponse(),
): (request: R) => Promise<EndpointResult> {
  return async (request) => {
    try {
      assertWellFormed(request);
      return await handle(request);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const { error: code, message: errorDescription } = error;
      return { response: respond(error), error: code, errorDescription };
    }
  };
}

/** Checks method, query, and form of a request. @throws OAuthError `invalid_request`. */
function assertWellFormed({ method, query, body, contentType }: TokenRequest): void {
  if (method !== "POST") {
    const headers = { Allow: "POST" };
    const description = "this endpoint takes POST only";
    throw new OAuthError("invalid_request", description, { status: 405, headers });
  }
  if (query !== "") throw invalidRequest("parameters belong in the body");
  assertTokenForm(body, contentType);
}
