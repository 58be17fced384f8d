import type { JWTPayload } from "jose";
import type { Client } from "../clients/clients.ts";
import type { Form } from "../oauth/form.ts";

/** A token request whose client is authenticated and may use the grant. */
export interface GrantRequest {
  readonly form: Form;
  readonly client: Client;
}

/** The decision of a grant: the token endpoint makes the token from it. */
export interface GrantDecision {
  readonly subject: string;
  /** Claims that tell applications from users. */
  readonly claims: JWTPayload;
  /** The token must not outlive this instant, epoch milliseconds. */
  readonly notAfter?: number;
  /** Format of the access token unless the request names one. */
  readonly defaultFormat: "jwt" | "opaque";
  /** Whether the response has an id token for the client. */
  readonly withIdToken: boolean;
}

/** Decides a token request of one grant type. */
export type Grant = (request: GrantRequest) => Promise<GrantDecision>;
