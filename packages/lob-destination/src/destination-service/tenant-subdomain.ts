/** One label of a host name, in ASCII. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Checks that a tenant's subdomain can stand in a host name without changing the rest of the name.
 *
 * @throws TypeError showing it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc1123#section-2.1 RFC 1123 §2.1}
 */
export function checkTenantSubdomain(tenant: string): void {
  if (LABEL.test(tenant)) return;
  const shown = JSON.stringify(tenant.slice(0, 80));
  throw new TypeError(
    `Cannot request a token: "tenant" must be a subdomain (letters, digits and inner hyphens, at most 63), not ${shown}`,
  );
}

/**
 * Returns the tenant of a call that needs one.
 *
 * @throws TypeError if it is missing, or not a subdomain.
 */
export function requireTenant(tenant: string | undefined): string {
  // Without one, the call would get the provider's tokens: those of another tenant.
  if (tenant === undefined) {
    throw new TypeError(
      'Cannot request a token: "tenant" is missing; a line-of-business agent acts in one tenant at a time',
    );
  }
  checkTenantSubdomain(tenant);
  return tenant;
}
