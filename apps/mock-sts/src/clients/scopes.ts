import { invalidScope } from "../oauth/oauth-error.ts";
import type { Client, Clients } from "./clients.ts";

/** Splits a space-delimited scope; absent means none. */
export function splitScope(scope: string | undefined): readonly string[] {
  return scope?.split(" ").filter((part) => part !== "") ?? [];
}

/** Lists all scopes that clients may ask for. */
export function knownScopes(clients: Clients): readonly string[] {
  return [...new Set([...clients.values()].flatMap(({ scopes }) => scopes))].sort();
}

/**
 * Chooses the scope of a token: the requested scope that the client may have.
 *
 * @throws OAuthError `invalid_scope` if it asked for an unknown scope, or may have none of the
 *   requested ones.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 §3.3}
 */
export function grantScope(
  requested: readonly string[],
  { client, known }: { client: Client; known: readonly string[] },
): readonly string[] {
  if (requested.some((scope) => !known.includes(scope))) {
    throw invalidScope("the scope is unknown");
  }
  const granted = requested.filter((scope) => client.scopes.includes(scope));
  if (requested.length > 0 && granted.length === 0) {
    throw invalidScope("the client may have none of this scope");
  }
  return granted;
}
