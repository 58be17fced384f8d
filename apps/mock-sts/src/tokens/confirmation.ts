import type { JWTPayload } from "jose";

/** What a token is bound to: a certificate (RFC 8705), a key (RFC 9449), or both. */
export interface Confirmation {
  readonly "x5t#S256"?: string;
  readonly jkt?: string;
}

/** Reads what a token is bound to; empty for a plain bearer token. */
export function readConfirmation({ cnf }: JWTPayload): Confirmation {
  return typeof cnf === "object" && cnf !== null ? (cnf as Confirmation) : {};
}

/** Names the scheme a token is used with. */
export function tokenTypeOf(claims: JWTPayload): "Bearer" | "DPoP" {
  return readConfirmation(claims).jkt === undefined ? "Bearer" : "DPoP";
}

/** Tells whether a request proves all that a token is bound to. */
export function holdsToken(bound: Confirmation, proven: Confirmation): boolean {
  return (
    (bound["x5t#S256"] === undefined || bound["x5t#S256"] === proven["x5t#S256"]) &&
    (bound.jkt === undefined || bound.jkt === proven.jkt)
  );
}
