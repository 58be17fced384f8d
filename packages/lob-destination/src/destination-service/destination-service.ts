import {
  type AccessToken,
  TokenError,
  type TokenErrorCode,
  type TokenSource,
} from "@agent-oauth/core";
import type { Deadline } from "@agent-oauth/core/internal";
import type { HttpClient } from "@agent-oauth/token-endpoint/internal";
import { type Fragment, fragmentsOf } from "../servers/fragment.ts";
import { named, refusal } from "./destination-error.ts";
import { type DestinationResponse, destinationResponse } from "./destination-response.ts";

/** For whom the Destination Service is called, and until when. */
export interface DestinationCall {
  /** Absent: the provider. */
  readonly tenant?: string | undefined;
  readonly deadline: Deadline;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/** Which destination is looked up, and how. */
export interface FindDestination extends DestinationCall {
  /** At the provider's subaccount. */
  readonly name: string;
  /** At the tenant's subscription; merged over the destination. */
  readonly fragment?: string;
  /** On whose behalf a token is retrieved. */
  readonly userToken?: string | undefined;
  /** Whether no token is retrieved. */
  readonly skipTokenRetrieval?: boolean;
}

/** A destination, its properties merged with those of the fragment. */
export interface FoundDestination {
  readonly properties: object;
  /** As the service wrote them. */
  readonly authTokens: unknown;
  /** What was sent, and must not be shown where the service repeats it. */
  readonly secrets: readonly string[];
  /** When the request was sent, in epoch milliseconds. */
  readonly sentAt: number;
}

const LABEL = "sap-managed-runtime-type";

interface Get extends DestinationCall {
  readonly path: string;
  readonly userToken?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly notFound: { readonly code: TokenErrorCode; readonly advice: string };
}

/** Reads fragments and destinations. Its errors name tenant, destination and fragment. */
export class DestinationService {
  readonly #options: DestinationServiceOptions;

  constructor(options: DestinationServiceOptions) {
    this.#options = options;
  }

  /** Lists the fragments that a tenant's subscription has under a label. */
  async listFragments(label: string, call: DestinationCall): Promise<readonly Fragment[]> {
    const { doing } = call;
    const $filter = `Label['${LABEL}'] HAS ('${label}')`;
    const { body } = await this.#get({
      ...call,
      path: `v1/instanceDestinationFragments?${new URLSearchParams({ $filter })}`,
      notFound: {
        code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
        advice: "the tenant has no subscription there",
      },
    });
    const fragments = fragmentsOf(body);
    if (fragments !== undefined) return fragments;
    throw unreadable(doing, "list of fragments, each with a FragmentName");
  }

  /** Looks a destination up. The response has `destinationConfiguration`, and `authTokens` unless they are skipped. */
  async findDestination(find: FindDestination): Promise<FoundDestination> {
    const { name, fragment, userToken, skipTokenRetrieval = false, doing } = find;
    // No caller needs the destination's credentials. The client id may count as one: it is asked for without a token.
    const query = new URLSearchParams({
      ...(skipTokenRetrieval && { $skipTokenRetrieval: "true" }),
      ...(!skipTokenRetrieval && this.#options.skipCredentials && { $skipCredentials: "true" }),
    });
    const { body, sentAt, secrets } = await this.#get({
      ...find,
      path: `v2/destinations/${encodeURIComponent(name)}@provider_subaccount${query.size > 0 ? `?${query}` : ""}`,
      headers: {
        ...(fragment !== undefined && { "x-fragment-name": `${fragment}@instance` }),
        ...(userToken !== undefined && { "x-user-token": userToken }),
      },
      notFound: {
        code: "ERR_TOKEN_CONFIG",
        advice: `check that the provider's subaccount has the destination${fragment === undefined ? "" : ", and the tenant's subscription the fragment"}`,
      },
    });
    const { destinationConfiguration: properties, authTokens } = (body ?? {}) as {
      readonly destinationConfiguration?: unknown;
      readonly authTokens?: unknown;
    };
    if (typeof properties === "object" && properties !== null) {
      return { properties, authTokens, sentAt, secrets };
    }
    throw unreadable(doing, "destination");
  }

  async #get(get: Get): Promise<DestinationResponse & Pick<FoundDestination, "secrets">> {
    const token = await this.#serviceToken(get);
    const first = await this.#send(get, token);
    if (first.status !== 401) return { ...first, secrets: this.#secrets(get, token) };
    const replacement = await this.#serviceToken(get, token);
    const second = await this.#send(get, replacement);
    if (second.status !== 401) return { ...second, secrets: this.#secrets(get, replacement) };
    throw refusal(second, { ...get, secrets: [] });
  }

  async #serviceToken(
    { tenant, deadline, doing }: Get,
    rejected?: AccessToken,
  ): Promise<AccessToken> {
    const { tokens, apiUrl } = this.#options;
    const request = tenant === undefined ? {} : { tenant };
    // Its API is one server, whatever path refuses.
    const refusal = rejected && { rejected, rejectedBy: apiUrl() };
    const { signal } = deadline;
    try {
      return await tokens.getToken(request, { signal, ...refusal });
    } catch (error) {
      throw TokenError.isInstance(error) && !signal.aborted ? named(error, doing) : error;
    }
  }

  /** Returns the response if it is 200, or 401, which another token may mend. Redirects are not followed. */
  #send(get: Get, accessToken: AccessToken): Promise<DestinationResponse> {
    const { apiUrl, http } = this.#options;
    const { path, headers, deadline, doing } = get;
    const { token } = accessToken;
    const url = new URL(`${apiUrl()}/${path}`);
    const attempt = () =>
      http.attempt({
        url,
        failed: `Cannot ${doing} at ${url.origin}`,
        send: (fetch) =>
          fetch(url.href, {
            headers: { ...headers, accept: "application/json", authorization: `Bearer ${token}` },
            signal: deadline.signal,
          }),
        read: (received) => {
          const response = destinationResponse(received);
          if (response.status === 200 || response.status === 401) return response;
          throw refusal(response, { ...get, secrets: this.#secrets(get, accessToken) });
        },
      });
    return http.retry(attempt, { deadline, isIdempotent: true });
  }

  #secrets({ userToken }: Get, { token }: AccessToken): readonly string[] {
    const sent = [token, userToken, ...this.#options.secrets()];
    return sent.filter((secret) => secret !== undefined);
  }
}

/** Options of a {@link DestinationService}. */
export interface DestinationServiceOptions {
  /** Returns the root of its API; called for each request. */
  readonly apiUrl: () => string;
  /** Its tokens, cached; requests name the tenant. */
  readonly tokens: TokenSource;
  /** Secrets of the client, which the service may know and repeat. */
  readonly secrets: () => readonly string[];
  readonly http: Pick<HttpClient, "attempt" | "retry">;
  /** Whether it is asked to leave out the credentials of a destination. */
  readonly skipCredentials: boolean;
}

function unreadable(doing: string, expected: string): TokenError {
  return new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot ${doing}: the response is not a JSON ${expected}, or longer than 1 MiB; check "uri" of the binding`,
    { status: 200 },
  );
}
