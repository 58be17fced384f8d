import { createAccessToken, type TokenSource } from "@agent-oauth/core";
import type { GatewayToken } from "@agent-oauth/core/gateway";
import { identityDigest } from "@agent-oauth/core/internal";
import {
  type ClientCertificate,
  clientCredentialsSource,
  createClientCertificate,
  createTokenEndpoint,
  jwtBearerSource,
  noClientAuthentication,
  type TokenEndpoint,
  type TokenEndpointOptions,
  tlsClientAuth,
} from "@agent-oauth/token-endpoint";
import type { GatewayAccess } from "./gateway-access.ts";

/** Agent Gateway, as IAS knows it. */
const RESOURCE = "urn:sap:identity:application:provider:name:agent-gateway";

/** On what IAS's responses depend, apart from the credentials. */
export interface IasClientOptions
  extends Pick<
    TokenEndpointOptions,
    | "ca"
    | "allowInsecureHosts"
    | "timeoutMs"
    | "connectTimeoutMs"
    | "dispatcher"
    | "clock"
    | "onEvent"
  > {
  /** Whether IAS takes one user token several times, so that a request for a token on its behalf may be repeated. Default `false`. */
  readonly assertionReusable?: boolean;
}

/** One client at one token endpoint of IAS, whose certificate and gateway can be replaced. */
export class IasClient {
  readonly #endpoint: TokenEndpoint;
  readonly #certificate: ClientCertificate | undefined;
  readonly #inner: { readonly system: TokenSource; readonly user: TokenSource };
  #access: GatewayAccess;
  #identities: { readonly system: string; readonly user: string };

  constructor(access: GatewayAccess, { assertionReusable, ...options }: IasClientOptions) {
    const { certificatePair, clientId, tokenEndpoint } = access;
    const { clock } = options;
    this.#access = access;
    this.#certificate =
      certificatePair && createClientCertificate(certificatePair, clock && { clock });
    this.#endpoint = createTokenEndpoint({
      ...options,
      tokenEndpoint,
      clientId,
      clientAuthentication: this.#certificate
        ? tlsClientAuth(this.#certificate)
        : noClientAuthentication(),
    });
    this.#inner = {
      system: clientCredentialsSource(this.#endpoint, {
        parameters: { resource: RESOURCE, response_type: "token" },
        supports: [],
      }),
      user: jwtBearerSource(this.#endpoint, {
        // Without it IAS issues an opaque token for this grant, whose expiry cannot be read.
        parameters: { resource: RESOURCE, token_format: "jwt" },
        supports: [],
        ...(assertionReusable !== undefined && { assertionReusable }),
      }),
    };
    this.#identities = this.#currentIdentities();
  }

  /** The credentials in use. */
  get access(): GatewayAccess {
    return this.#access;
  }

  /** Presents the client certificate, where there is one. */
  get fetch(): typeof globalThis.fetch {
    return this.#endpoint.fetch;
  }

  /** Names on what system tokens, or user tokens, depend. Each cache hit reads it, so it is kept. */
  identity(kind: "system" | "user"): string {
    return this.#identities[kind];
  }

  /** Gets a token from IAS. */
  async getToken(
    kind: "system" | "user",
    ...call: Parameters<TokenSource["getToken"]>
  ): Promise<GatewayToken> {
    const { gatewayUrl } = this.#access;
    const token = await this.#inner[kind].getToken(...call);
    return createAccessToken({ ...token, token: token.token, gatewayUrl });
  }

  /**
   * Uses changed credentials from now on, if they are of the same client at the same endpoint.
   *
   * @returns `false`, without any change, if they are not.
   * @throws TokenError `ERR_TOKEN_CREDENTIAL` if the certificate cannot be used; the old one is kept.
   */
  update(access: GatewayAccess): boolean {
    const { tokenEndpoint, clientId, certificatePair } = access;
    const known = this.#access;
    if (tokenEndpoint !== known.tokenEndpoint || clientId !== known.clientId) return false;
    if (certificatePair !== undefined) this.#certificate?.replace(certificatePair);
    this.#access = access;
    this.#identities = this.#currentIdentities();
    return true;
  }

  /** Ends its connections. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }

  #currentIdentities() {
    const { gatewayUrl } = this.#access;
    const { system, user } = this.#inner;
    return {
      system: identityDigest(system.identity, gatewayUrl),
      user: identityDigest(user.identity, gatewayUrl),
    };
  }
}
