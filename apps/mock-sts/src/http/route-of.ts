import type { RouteName } from "../recording/recorded-request.ts";

/** Headers and claims that may name the tenant of a request if its path does not. */
export interface RequestZones {
  /** Header `x-zid`. */
  readonly zoneId: string | undefined;
  /** Subdomain within the bearer token, unverified. */
  readonly zone: string | undefined;
}

/** The resource that a path leads to, and its owner. */
export interface FoundRoute {
  readonly route: RouteName;
  readonly mcpServer?: string;
  readonly agent?: string;
  readonly tenant?: string | undefined;
  readonly issuer?: string;
}

/** Finds the resource that a path leads to. */
export type RouteOf = (path: string, zones: RequestZones) => FoundRoute;
