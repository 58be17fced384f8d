import { DESTINATION_SERVICE_PATH, destinationServiceRoute } from "../btp/destination-service.ts";
import { zoneOf } from "../btp/xsuaa.ts";
import type { RouteOf } from "../http/route-of.ts";
import { type AuthorizationServer, issuerRoutes } from "../issuer/authorization-server.ts";
import { OPEN_ID_METADATA_PATH } from "../issuer/authorization-server-metadata.ts";
import type { Tenants } from "../tenants/tenant.ts";

/**
 * Creates the function that names the resource of a path of the token server, and its owner if the
 * path names it.
 */
export function tokenServerRoute(
  tenants: Tenants,
  issuers: readonly AuthorizationServer[],
): RouteOf {
  const known = new Map(issuers.flatMap(namedRoutes));
  return (path, { zoneId, zone }) => {
    if (path.startsWith(`${DESTINATION_SERVICE_PATH}/`)) {
      const tenant = tenants.bySubdomain(zone ?? "")?.subdomain;
      return {
        route: destinationServiceRoute(path.slice(DESTINATION_SERVICE_PATH.length)),
        tenant,
      };
    }
    if (path === "/oauth/token") {
      return { route: "xsuaa-token", tenant: zoneOf(zoneId, tenants)?.subdomain };
    }
    return known.get(path) ?? xsuaaRoute(path);
  };
}

function namedRoutes(server: AuthorizationServer) {
  const { token: _, ...owner } = server.label;
  return issuerRoutes(server).map(({ path, route }) => [path, { route, ...owner }] as const);
}

function xsuaaRoute(path: string): ReturnType<RouteOf> {
  if (path === "/token_keys") return { route: "jwks" };
  const [, subdomain = "", rest = ""] = /^\/([^/]+)(\/.+)$/.exec(path) ?? [];
  if (rest === "/oauth/token") return { route: "xsuaa-token", tenant: subdomain };
  if (rest === "/token_keys") return { route: "jwks" };
  if (rest === OPEN_ID_METADATA_PATH) {
    return { route: "authorization-server-metadata", tenant: subdomain };
  }
  return { route: "unknown" };
}
