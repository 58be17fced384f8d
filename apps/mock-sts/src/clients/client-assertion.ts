import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload } from "jose";
import { ASYMMETRIC_ALGORITHMS, InvalidTokenError, verifyJwt } from "../keys/jwt-verification.ts";
import { UsedAssertions } from "../keys/used-assertions.ts";
import type { Form } from "../oauth/form.ts";
import type { Clock } from "../time/clock.ts";

/** The only type of client assertion. */
const JWT_BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The rules for client assertions. */
export interface ClientAssertionRules {
  /** Names of the server that may be in `aud`: its issuer and its token endpoint. */
  readonly audience: readonly string[];
  readonly clock: Clock;
  /** Allowed difference between clocks, in milliseconds. */
  readonly clockSkewMs: number;
}

/** Verifies the client assertions that are sent to one server. */
export interface ClientAssertions {
  /** @throws InvalidTokenError saying what is wrong with the assertion. */
  verify(form: Form, client: { clientId: string; jwks: JSONWebKeySet }): Promise<void>;
}

/**
 * Creates the verifier of client assertions: signed by the client, about itself, for this server,
 * and each used once.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3}
 */
export function createClientAssertions(rules: ClientAssertionRules): ClientAssertions {
  const used = new UsedAssertions();
  return {
    async verify(form, { clientId, jwks }) {
      const assertion = form.get("client_assertion") ?? "";
      if (form.get("client_assertion_type") !== JWT_BEARER_ASSERTION) {
        throw new InvalidTokenError("the client_assertion_type is unknown");
      }
      const { sub, exp = 0 } = await verifySignature(assertion, { rules, clientId, jwks });
      if (sub !== clientId) throw new InvalidTokenError("the client assertion has a bad sub");
      const isNew = used.use(assertion, { notAfter: exp * 1000, now: rules.clock.now() });
      if (!isNew) throw new InvalidTokenError("the client assertion was used before");
    },
  };
}

/** Reads the client that an assertion is about, unverified: its keys are found by this id. */
export function assertedClientId(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

function verifySignature(
  assertion: string,
  context: { rules: ClientAssertionRules; clientId: string; jwks: JSONWebKeySet },
): Promise<JWTPayload> {
  const { audience, clock, clockSkewMs } = context.rules;
  return verifyJwt(assertion, {
    label: "the client assertion",
    issuer: context.clientId,
    audience,
    clockSkewMs,
    nowMs: clock.now(),
    requiredClaims: ["iss", "sub", "aud", "exp", "jti"],
    key: createLocalJWKSet(context.jwks),
    algorithms: ASYMMETRIC_ALGORITHMS,
  });
}
