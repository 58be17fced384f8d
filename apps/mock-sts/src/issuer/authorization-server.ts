import {
  CLIENT_ENDPOINTS,
  type ClientEndpointName,
  type IssuerPaths,
  MTLS_PREFIX,
} from "../oauth/issuer-paths.ts";
import type { RouteName } from "../recording/recorded-request.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";
import type { OAuthEndpoint } from "../tokens/oauth-endpoint.ts";
import { OAUTH_METADATA_PATH, OPEN_ID_METADATA_PATH } from "./authorization-server-metadata.ts";

/** An issuer as the token server serves it: an identity tenant, the token exchange service, or another one. */
export interface AuthorizationServer {
  /** Its access tokens, with its name and its keys. */
  readonly tokens: AccessTokens;
  /** The prefix of its paths on the token server; empty at the root. */
  readonly path: string;
  readonly paths: IssuerPaths;
  /** The labels of its requests in the record. */
  readonly label: { readonly token: RouteName; readonly tenant?: string; readonly issuer?: string };
  readonly endpoints: Readonly<Record<ClientEndpointName, OAuthEndpoint>>;
  /** Builds its current metadata document. */
  metadata(): Readonly<Record<string, unknown>>;
}

/** A path of an issuer, and its handler: an endpoint for clients, or a public document. */
export type IssuerRoute = { readonly path: string; readonly route: RouteName } & (
  | { readonly endpoint: OAuthEndpoint; readonly document?: undefined }
  | { readonly document: () => object | Promise<object>; readonly endpoint?: undefined }
);

/** Lists all paths of an issuer. */
export function issuerRoutes(server: AuthorizationServer): readonly IssuerRoute[] {
  const { path, paths, endpoints, tokens } = server;
  const ofClients = CLIENT_ENDPOINTS.flatMap((name) =>
    ["", MTLS_PREFIX].map((prefix) => ({
      path: `${path}${prefix}${paths[name]}`,
      route: name === "token" ? server.label.token : name,
      endpoint: endpoints[name],
    })),
  );
  const documents = metadataPaths(path).map((place) => ({
    path: place,
    route: "authorization-server-metadata" as const,
    document: () => server.metadata(),
  }));
  const keys = { path: `${path}${paths.jwks}`, route: "jwks" as const };
  return [...ofClients, ...documents, { ...keys, document: () => tokens.keys.jwks() }];
}

/** Clients look for it before the issuer's path (RFC 8414 §3.1) and behind it (OpenID Connect). */
function metadataPaths(path: string): readonly string[] {
  const wellKnown = [OAUTH_METADATA_PATH, OPEN_ID_METADATA_PATH];
  return [...new Set(wellKnown.flatMap((place) => [`${place}${path}`, `${path}${place}`]))];
}
