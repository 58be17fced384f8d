import type { KeyRings } from "../keys/key-rings.ts";
import { AccessTokens } from "../tokens/access-tokens.ts";
import { createSecurityTokenService, type SecurityTokenService } from "./security-token-service.ts";
import type { StsContext } from "./sts-context.ts";

/** Creates the token exchange service and the further issuers, the service first. */
export function createSecurityTokenServices(
  context: Omit<StsContext, "own" | "authorizationServers"> & {
    readonly url: string;
    readonly keys: KeyRings;
  },
): readonly [SecurityTokenService, ...SecurityTokenService[]] {
  const { options, tenants, clock, url } = context;
  const { clockSkewMs } = options;
  const tokensOf = new Map(
    [options.sts, ...options.issuers].map((policy) => {
      const issuer = `${url}/${policy.name}`;
      const keys = context.keys.create([issuer], policy.signingAlgorithm);
      return [policy, new AccessTokens({ issuer, keys, clock, clockSkewMs })];
    }),
  );
  const issued = [...tokensOf.values(), ...tenants.all.map(({ tokens }) => tokens)];
  const shared: StsContext = {
    ...context,
    own: new Map(issued.map((tokens) => [tokens.issuer, tokens])),
    authorizationServers: [...tokensOf.values()].map(({ issuer }) => issuer),
  };
  const [sts, ...further] = [...tokensOf].map(([policy, tokens]) =>
    createSecurityTokenService(policy, tokens, shared),
  );
  if (sts === undefined) throw new TypeError("Cannot serve tokens: no issuer is configured");
  return [sts, ...further];
}
