import { oauthMetadataPath, openIdMetadataPath } from "./authorization-server-metadata.ts";
import { destinationServicePath, destinationServiceRoute } from "./destination-service.ts";
import type { RouteOf } from "./exchange.ts";
import { jwksPath, mtlsTokenPath, tokenPath } from "./identity-tenant.ts";
import type { RouteName } from "./recorded-request.ts";
import { stsPath, stsPaths } from "./sts-paths.ts";
import type { Tenants } from "./tenant.ts";
import { zoneOf } from "./xsuaa.ts";

/** Names the resource a path of the token server leads to, and the tenant if the path says it. */
export function tokenServerRoute(tenants: Tenants): RouteOf {
  return (path, { zoneId, zone }) => {
    if (path.startsWith(`${destinationServicePath}/`)) {
      const tenant = tenants.bySubdomain(zone ?? "")?.subdomain;
      return { route: destinationServiceRoute(path.slice(destinationServicePath.length)), tenant };
    }
    if (path === "/oauth/token") {
      return { route: "xsuaa-token", tenant: zoneOf(zoneId, tenants)?.subdomain };
    }
    if (path === "/token_keys") return { route: "jwks" };
    const ofSts = stsRoute(path);
    if (ofSts !== undefined) return { route: ofSts };
    const [, subdomain = "", rest = ""] = /^\/([^/]+)(\/.+)$/.exec(path) ?? [];
    if (rest === "/oauth/token") return { route: "xsuaa-token", tenant: subdomain };
    if (rest === "/token_keys") return { route: "jwks" };
    if (rest === openIdMetadataPath)
      return { route: "authorization-server-metadata", tenant: subdomain };
    return identityTenantRoute(path, tenants);
  };
}

function stsRoute(path: string): RouteName | undefined {
  for (const document of [oauthMetadataPath, openIdMetadataPath]) {
    if (path === `${document}${stsPath}`) return "authorization-server-metadata";
    if (path === `${stsPath}${document}`) return "authorization-server-metadata";
  }
  if (path === `${stsPath}${stsPaths.jwks}`) return "jwks";
  const tokenPaths = [stsPaths.token, stsPaths.mtlsToken].map((it) => `${stsPath}${it}`);
  return tokenPaths.includes(path) ? "sts-token" : undefined;
}

function identityTenantRoute(path: string, tenants: Tenants): ReturnType<RouteOf> {
  const wellKnown = /^(\/\.well-known\/oauth-authorization-server)(\/ias\/.+)$/.exec(path);
  const canonical = wellKnown === null ? path : `${wellKnown[2]}${wellKnown[1]}`;
  const owner =
    tenants.all.find(
      ({ isProvider, iasPath }) => !isProvider && canonical.startsWith(`${iasPath}/`),
    ) ?? tenants.provider;
  const rest = canonical.slice(owner.iasPath.length);
  const tenant = owner.subdomain;
  if (rest === tokenPath || rest === mtlsTokenPath) return { route: "token", tenant };
  if (rest === jwksPath) return { route: "jwks", tenant };
  if (rest === openIdMetadataPath || rest === oauthMetadataPath)
    return { route: "authorization-server-metadata", tenant };
  return { route: "unknown" };
}
