import type { JWTPayload } from "jose";
import { isRecord } from "../checks/is-record.ts";
import { invalidRequest } from "../oauth/oauth-error.ts";

/** An actor: the claims that identify it, and the actor before it. */
export interface ActorClaim {
  readonly sub: string;
  readonly iss?: string;
  readonly client_id?: string;
  readonly act?: ActorClaim;
}

/** Claims that describe a token and not a party: `may_act` ignores them. */
const TOKEN_CLAIMS = new Set(["exp", "nbf", "iat", "aud", "jti"]);

/** Reduces an actor's claims to those that identify it. */
export function identifyActor({ sub = "", iss, client_id }: JWTPayload): ActorClaim {
  return {
    sub,
    ...(typeof iss === "string" && { iss }),
    ...(typeof client_id === "string" && { client_id }),
  };
}

/**
 * Checks that a party may act for the subject of a token.
 *
 * @throws OAuthError `invalid_request`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-4.4 RFC 8693 §4.4}
 */
export function checkMayAct(
  { may_act: mayAct }: JWTPayload,
  party: JWTPayload,
  policy: "optional" | "required",
): void {
  if (mayAct === undefined) {
    if (policy === "optional") return;
    throw invalidRequest("the subject token does not say who may act");
  }
  if (!isRecord(mayAct)) throw invalidRequest("may_act of the subject token is no object");
  const identity = Object.entries(mayAct).filter(([name]) => !TOKEN_CLAIMS.has(name));
  if (identity.length === 0) throw invalidRequest("may_act of the subject token names nobody");
  const different = identity.find(([name, value]) => party[name] !== value);
  if (different !== undefined) {
    throw invalidRequest(`the actor is not the one in may_act: ${different[0]} differs`);
  }
}

/**
 * Adds an actor to the front of the chain of actors; without an actor the chain stays unchanged.
 *
 * @throws OAuthError `invalid_request` if the chain is too long.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 §4.1}
 */
export function extendChain(
  { act: earlier }: JWTPayload,
  { actor, maxActors }: { actor: ActorClaim | undefined; maxActors: number },
): ActorClaim | undefined {
  const chain = actor === undefined ? [] : [actor];
  for (let act = earlier; act !== undefined; ) {
    if (chain.length === maxActors) throw invalidRequest("too many parties act for the subject");
    const { act: before, ...party } = readActor(act);
    chain.push(identifyActor(party));
    act = before;
  }
  return chain.reduceRight<ActorClaim | undefined>(
    (act, party) => (act === undefined ? party : { ...party, act }),
    undefined,
  );
}

function readActor(act: unknown): JWTPayload {
  if (isRecord(act) && typeof act.sub === "string") return act;
  throw invalidRequest("act of the subject token is no actor");
}
