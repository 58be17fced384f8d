import type { Tenants } from "../tenants/tenant.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";

/** The issuers of a mock. */
export interface MockIssuers {
  readonly tenants: Tenants;
  /** The token exchange service and the further issuers. */
  readonly services: readonly { readonly tokens: AccessTokens }[];
}

/** Lists the access tokens and service tokens of all issuers of a mock. */
export function issuedTokens({ tenants, services }: MockIssuers): readonly AccessTokens[] {
  return [
    ...services.map(({ tokens }) => tokens),
    ...tenants.all.flatMap(({ tokens, serviceTokens }) => [tokens, serviceTokens]),
  ];
}
