import { TokenError } from "@agent-oauth/core";
import { shownUrl } from "../http/shown-url.ts";
import type { ServerLocation } from "../options/server-location.ts";
import { type EndpointName, endpointLabel } from "./endpoint-name.ts";

/** An authorization server, as its metadata or its token endpoint tells. */
export interface AuthorizationServer {
  /** Where only the token endpoint is known, that stands for it. */
  readonly issuer: string;
  /** Which grants its metadata lists; `undefined` if that is not known. */
  readonly grantTypes: readonly string[] | undefined;
  /**
   * Returns the URL of an endpoint. It is verified only now: an endpoint that is not used may be missing or unusable.
   *
   * @throws TokenError `ERR_TOKEN_METADATA` if the endpoint is not known or must not be used.
   */
  endpoint(name: EndpointName): URL;
}

/** Makes a server of which only the token endpoint is known. */
export function serverOfTokenEndpoint({ text, url }: ServerLocation): AuthorizationServer {
  return {
    issuer: text,
    grantTypes: undefined,
    endpoint(name) {
      if (name === "token_endpoint") return url;
      throw new TokenError(
        "ERR_TOKEN_METADATA",
        `Cannot find the ${endpointLabel(name)} of ${shownUrl(url)}: only the token endpoint is given; give the option "issuer" or "metadataUrl"`,
      );
    },
  };
}
