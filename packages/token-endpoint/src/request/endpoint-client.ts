import type { Attempt, Deadline } from "@agent-oauth/core/internal";
import { HttpClient, type TimedWork } from "../http/http-client.ts";
import { type Memoized, memoize } from "../http/memoize.ts";
import { shownUrl } from "../http/shown-url.ts";
import {
  type AuthorizationServer,
  serverOfTokenEndpoint,
} from "../metadata/authorization-server.ts";
import type { EndpointName } from "../metadata/endpoint-name.ts";
import { readMetadata } from "../metadata/metadata-places.ts";
import type { CheckedOptions } from "../options/checked-options.ts";
import { type AuthenticatedPost, attemptPost } from "./authenticated-post.ts";

/** A POST to an endpoint that the server names, and how its response is read. */
export interface EndpointPost<T> extends Pick<AuthenticatedPost<T>, "form" | "read"> {
  readonly endpoint: EndpointName;
  /** Completes "Cannot …", before a URL: "get an access token from". */
  readonly doing: string;
}

/** Metadata changes rarely: moved endpoints are announced long before. */
const METADATA_LIFETIME_MS = 3_600_000;

/** Sends a client's forms to the endpoints of one authorization server. */
export class EndpointClient {
  readonly #options: CheckedOptions;
  readonly #http: HttpClient;
  readonly #server: Memoized<AuthorizationServer>;

  constructor(options: CheckedOptions) {
    const { clientAuthentication, location, clock } = options;
    this.#options = options;
    this.#http = new HttpClient({ ...options, certificate: clientAuthentication.certificate });
    const known = serverOfTokenEndpoint(location);
    this.#server = memoize(
      location.kind === "tokenEndpoint" ? () => Promise.resolve(known) : () => this.#discover(),
      { lifetimeMs: METADATA_LIFETIME_MS, clock },
    );
  }

  /** Presents the client certificate. */
  get fetch(): typeof globalThis.fetch {
    return this.#http.fetch;
  }

  /** Sends a form, with the retries that are allowed, within `timeoutMs`. */
  send<T>(
    post: EndpointPost<T>,
    options: { readonly signal: AbortSignal | undefined; readonly isIdempotent: boolean },
  ): Promise<T> {
    const { signal, isIdempotent } = options;
    return this.within({ doing: post.doing, signal }, async (deadline) => {
      const attempt = await this.#attemptOf(post, deadline);
      return this.#http.retry(attempt, { deadline, isIdempotent });
    });
  }

  /** Sends a form once, within `timeoutMs`: for a caller that keeps a pace of its own. */
  sendOnce<T>(
    post: EndpointPost<T>,
    { signal }: { readonly signal: AbortSignal | undefined },
  ): Promise<T> {
    return this.within({ doing: post.doing, signal }, async (deadline) => {
      const attempt = await this.#attemptOf(post, deadline);
      const outcome = await attempt();
      if ("value" in outcome) return outcome.value;
      throw outcome.failure;
    });
  }

  /** Runs work that ends with its time, its signal, or this client. */
  within<T>(
    timed: Omit<TimedWork, "failed"> & { readonly doing: string },
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const { doing, ...others } = timed;
    const failed = `Cannot ${doing} ${shownUrl(this.#options.location.url)}`;
    return this.#http.within({ ...others, failed }, work);
  }

  /** Ends requests under way with `ERR_TOKEN_CLOSED`, and all connections. */
  close(): Promise<void> {
    return this.#http.close();
  }

  async #attemptOf<T>(
    { endpoint, doing, form, read }: EndpointPost<T>,
    { signal }: Deadline,
  ): Promise<() => Promise<Attempt<T>>> {
    const server = await this.#server.get(signal);
    const url = this.#urlOf(endpoint, server);
    const { clientId, clientAuthentication } = this.#options;
    const client = { http: this.#http, server, clientId, clientAuthentication };
    const failed = `Cannot ${doing} ${shownUrl(url)}`;
    return () => attemptPost({ ...client, url, failed, form, signal, read });
  }

  #urlOf(endpoint: EndpointName, server: AuthorizationServer): URL {
    try {
      return server.endpoint(endpoint);
    } catch (error) {
      // Metadata that is of no use is not kept: somebody may be mending it.
      this.#server.forget(server);
      throw error;
    }
  }

  #discover(): Promise<AuthorizationServer> {
    return this.within({ doing: "read the authorization server's metadata of" }, (deadline) => {
      const options = { ...this.#options, http: this.#http };
      const attempt = () => readMetadata(options, deadline);
      return this.#http.retry(attempt, { deadline, isIdempotent: true });
    });
  }
}
