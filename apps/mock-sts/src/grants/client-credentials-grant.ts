import type { Grant } from "./grant.ts";

/**
 * Grants a client a token of its own.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export const clientCredentialsGrant: Grant = async ({ client }) => ({
  subject: client.clientId,
  claims: { sap_id_type: "app" },
  defaultFormat: "jwt",
  withIdToken: false,
});
