import type { TokenEventSink } from "@agent-oauth/core";
import type { ClientAuthentication } from "../client-authentication/client-authentication.ts";
import type { HttpOptions } from "../http/http-options.ts";

/** What `createTokenEndpoint` needs to know. Either `tokenEndpoint` is given, or `issuer`, `metadataUrl` or both. */
export interface TokenEndpointOptions extends HttpOptions {
  /** The token endpoint's URL (RFC 6749 §3.2). */
  readonly tokenEndpoint?: string | URL;
  /**
   * The authorization server's issuer, exactly as its metadata spells it; the token endpoint is read from there
   * (RFC 8414, OpenID Connect Discovery). Give a string: a `URL` object adds a slash to a bare host.
   */
  readonly issuer?: string | URL;
  /**
   * Where the metadata is, if not at the issuer's well-known places: it is fetched as given. Its token endpoint may lack
   * the scheme. With `issuer`, the metadata must name that very issuer, and its token endpoint may be anywhere. Without, its
   * token endpoint must be at the origin of this URL: credentials are posted nowhere else.
   */
  readonly metadataUrl?: string | URL;
  /**
   * Whether the token endpoint is asked at the host and port of `metadataUrl`, with the scheme and path that the
   * metadata names: for a server that does not know the name under which it is reached. Default false.
   */
  readonly useIssuerHost?: boolean;
  /** The client's identifier at the authorization server. Only with `noClientAuthentication` may it be left out: nothing names the client then. */
  readonly clientId?: string;
  /** How the client proves who it is. */
  readonly clientAuthentication: ClientAuthentication;
  /** Hosts, as `host` or `host:port`, that may be asked over `http:`; no wildcard, loopback must be named too. Default none. */
  readonly allowInsecureHosts?: readonly string[];
  /** Further values of `token_type` that mean Bearer, in any letter case. Default `["BearerToken"]`, which is Apigee's. */
  readonly bearerTokenTypes?: readonly string[];
  /** Told of a lifetime that could not be used (`lifetime-skipped`), and of a JWT for another audience (`audience-mismatch`). */
  readonly onEvent?: TokenEventSink;
}
