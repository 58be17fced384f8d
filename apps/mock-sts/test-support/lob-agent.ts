import { Agent, type Dispatcher, fetch, type RequestInit, type Response } from "undici";
import type { MockSts } from "../src/mock-sts.ts";
import type { CertificatePair } from "../src/tls/certificate-authority.ts";

/** An item of `authTokens`. */
export interface AuthTokenItem {
  readonly type: string;
  readonly value: string;
  readonly expires_in: string;
  readonly error?: string;
  readonly http_header?: { readonly key: string; readonly value: string };
}

/** Response of the Destination Service for a destination. */
export interface DestinationResponse {
  readonly destinationConfiguration: Readonly<Record<string, unknown>>;
  readonly authTokens?: readonly AuthTokenItem[];
  readonly certificates?: readonly Readonly<Record<string, string>>[];
  readonly owner?: Readonly<Record<string, unknown>>;
}

/** A line-of-business agent on real sockets, written with undici only. */
export class LobAgent implements AsyncDisposable {
  readonly #mock: MockSts;
  readonly #dispatcher: Dispatcher;

  /** `pair`: a client certificate; absent: none. */
  constructor(mock: MockSts, pair?: CertificatePair) {
    this.#mock = mock;
    const identity = pair === undefined ? {} : { cert: pair.certificate, key: pair.key };
    this.#dispatcher = new Agent({ connect: { ca: mock.ca, ...identity } });
  }

  fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    return fetch(url, { redirect: "manual", ...init, dispatcher: this.#dispatcher });
  }

  /** The wire form of a request to XSUAA. */
  serviceTokenForm(): Record<string, string> {
    const { clientid, clientsecret = "" } = this.#mock.destinationBinding();
    return { grant_type: "client_credentials", client_id: clientid, client_secret: clientsecret };
  }

  /** Sends a request to XSUAA; `path` is a tenant's subdomain or the whole path. */
  async postToken(
    path: string,
    { form = this.serviceTokenForm(), headers = {} }: Partial<TokenPost> = {},
  ): Promise<{ status: number; headers: Response["headers"]; body: Record<string, unknown> }> {
    const url = `${this.#mock.url}${path.startsWith("/") ? path : `/${path}/oauth/token`}`;
    const body = new URLSearchParams(form);
    const response = await this.fetch(url, { method: "POST", body, headers });
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: json };
  }

  async serviceToken(tenant: string): Promise<string> {
    return String((await this.postToken(tenant)).body.access_token);
  }

  /** Calls the Destination Service with a tenant's service token. */
  async callService(tenant: string, path: string, init: RequestInit = {}): Promise<Response> {
    const authorization = { Authorization: `Bearer ${await this.serviceToken(tenant)}` };
    const headers = { ...authorization, ...(init.headers as Record<string, string>) };
    return this.fetch(`${this.#mock.url}/destination-configuration${path}`, { ...init, headers });
  }

  /** Lists the fragments that a filter chooses, as the SDKs ask. */
  async listFragments(tenant: string, type: string): Promise<readonly Record<string, string>[]> {
    const query = new URLSearchParams({
      $filter: `Label['sap-managed-runtime-type'] HAS ('${type}')`,
    });
    const response = await this.callService(tenant, `/v1/instanceDestinationFragments?${query}`);
    return (await response.json()) as Record<string, string>[];
  }

  /** Consumes the landscape's destination with a tenant's fragment. */
  async consume(
    tenant: string,
    headers: Record<string, string>,
    query = "",
  ): Promise<{ status: number; body: DestinationResponse & { ErrorMessage?: string } }> {
    const path = `/v2/destinations/${this.#mock.iasDestination}@provider_subaccount${query}`;
    const response = await this.callService(tenant, path, { headers });
    const text = await response.text();
    const body = response.headers.get("content-type")?.startsWith("application/json")
      ? JSON.parse(text)
      : text;
    return { status: response.status, body };
  }

  /** Gets an access token for the gateway, the system's or a user's, and the gateway's URL. */
  async gatewayToken(tenant: string, userToken?: string): Promise<{ token: string; url: string }> {
    const type = userToken === undefined ? "subscriber.ias" : "subscriber.ias.user";
    const [fragment] = await this.listFragments(tenant, type);
    const { body } = await this.consume(tenant, {
      "X-fragment-name": `${fragment?.FragmentName}@instance`,
      ...(userToken !== undefined && { "X-user-token": userToken }),
    });
    const [item] = body.authTokens ?? [];
    return { token: item?.value ?? "", url: String(body.destinationConfiguration.URL) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

interface TokenPost {
  readonly form: Record<string, string>;
  readonly headers: Record<string, string>;
}
