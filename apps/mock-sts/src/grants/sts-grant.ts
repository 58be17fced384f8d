import type { Client } from "../clients/clients.ts";
import type { Form } from "../oauth/form.ts";
import type { IssuableType } from "../oauth/token-types.ts";
import type { ChosenTargets } from "../options/sts-targets.ts";
import type { Confirmation } from "../tokens/confirmation.ts";
import type { ActorClaim } from "./delegation.ts";

/** A request to the token exchange service whose client is known and may use the grant. */
export interface StsGrantRequest {
  readonly form: Form;
  readonly client: Client;
  /** The certificate and the key that the request proves. */
  readonly proven: Confirmation;
}

/** The decision of a grant: the endpoint makes the token from it. */
export interface StsDecision {
  readonly subject: string;
  /** Who acts for the subject. */
  readonly act: ActorClaim | undefined;
  readonly targets: ChosenTargets;
  /** The token must not outlive this instant, epoch milliseconds. */
  readonly notAfter: number;
  readonly type: IssuableType;
  /** The decision for a refresh token that is issued too; absent: no refresh token is issued. */
  readonly refresh?: StsDecision;
}

/** Decides a request of one grant type. */
export type StsGrant = (request: StsGrantRequest) => Promise<StsDecision>;
