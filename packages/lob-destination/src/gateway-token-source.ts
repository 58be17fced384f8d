import {
  createAccessToken,
  type GetTokenOptions,
  jwtExpiresAt,
  normalizeTokenRequest,
  resolveExpiresAt,
  TokenError,
  type TokenEventSink,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import { urlRule } from "@agent-oauth/node";
import { type AuthToken, pickAuthToken } from "./auth-token.ts";
import {
  type DestinationService,
  type FoundDestination,
  shownTenant,
} from "./destination-service.ts";
import { type Fragment, textProperty } from "./fragment.ts";
import type { GatewayToken } from "./lob-flow.ts";
import { requireTenant } from "./tenant-subdomain.ts";
import { textDigest } from "./text-digest.ts";

/** Which tokens, and where they come from. */
export interface GatewayTokenSourceOptions {
  /** Those of the agent itself, or those on behalf of users. */
  readonly kind: "system" | "user";
  readonly service: DestinationService;
  /** Name of the provider's destination. */
  readonly destination: string;
  readonly allowInsecureHosts: readonly string[];
  /** Runs a request within the flow's limit of time, on a binding that is up to date. */
  readonly run: <T>(
    operation: { readonly doing: string; readonly signal: AbortSignal | undefined },
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  /** Digest of the client and the Destination Service in use. */
  readonly access: () => string;
  readonly clock: { now(): number };
  readonly onEvent: TokenEventSink | undefined;
}

const LABELS = { system: "subscriber.ias", user: "subscriber.ias.user" };

/** One subject for which a token is asked. */
interface Asked {
  readonly tenant: string;
  readonly userToken: string | undefined;
  readonly doing: string;
}

/** Has the Destination Service retrieve tokens for Agent Gateway. It caches nothing. */
export class GatewayTokenSource implements TokenSource<GatewayToken> {
  readonly #options: GatewayTokenSourceOptions;
  #known: { readonly access: string; readonly text: string } | undefined;

  constructor(options: GatewayTokenSourceOptions) {
    this.#options = options;
  }

  get identity(): string {
    const { access, destination, kind } = this.#options;
    const now = access();
    if (this.#known?.access !== now) {
      this.#known = { access: now, text: textDigest(now, destination, kind) };
    }
    return this.#known.text;
  }

  async getToken(request?: TokenRequest, { signal }: GetTokenOptions = {}): Promise<GatewayToken> {
    const { kind, service, destination, run } = this.#options;
    const { tenant, userToken } = asked(request, kind);
    const doing = `get a ${kind} token for ${shownTenant({ tenant })}`;
    return run({ doing, signal }, async (signal) => {
      const fragments = await service.listFragments(LABELS[kind], { tenant, signal });
      const fragment = this.#theOnly(fragments, { tenant, doing });
      const named = `${doing} from the destination ${JSON.stringify(destination)} with the fragment ${JSON.stringify(fragment)}`;
      const found = await service.findDestination({
        name: destination,
        fragment,
        tenant,
        userToken,
        signal,
        doing: named,
      });
      return this.#gatewayToken(found, { tenant, userToken, doing: named });
    });
  }

  #theOnly(fragments: readonly Fragment[], { tenant, doing }: Omit<Asked, "userToken">): string {
    const { kind, destination } = this.#options;
    const where = `labelled ${LABELS[kind]} for the destination ${JSON.stringify(destination)}`;
    const [only] = fragments;
    if (only === undefined) {
      throw new TokenError(
        "ERR_TOKEN_SOURCE_UNAVAILABLE",
        `Cannot ${doing}: ${shownTenant({ tenant })} has no fragment ${where}; it has not subscribed, or Agent Gateway is not set up for it`,
      );
    }
    const names = fragments.map(({ name }) => JSON.stringify(name)).join(", ");
    if (fragments.length > 1) {
      throw new TokenError(
        "ERR_TOKEN_CONFIG",
        `Cannot ${doing}: ${fragments.length} fragments are ${where}, and there must be one: ${names}`,
      );
    }
    // The header lists names by commas, and carries no others than these characters.
    if (/^[\x20-\x2b\x2d-\x7e]+$/.test(only.name)) return only.name;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot ${doing}: no header can carry the name of the fragment ${names}`,
    );
  }

  #gatewayToken(found: FoundDestination, { userToken, doing }: Asked): GatewayToken {
    const gatewayUrl = textProperty(found.properties, "URL").replace(/\/+$/, "");
    const fault = gatewayUrlFault(gatewayUrl, this.#options);
    if (fault !== undefined) {
      throw new TokenError("ERR_TOKEN_CONFIG", `Cannot ${doing}: ${fault}`);
    }
    const secrets = userToken === undefined ? [] : [userToken];
    const picked = pickAuthToken(found.authTokens, { doing, secrets });
    const { token } = picked;
    return createAccessToken({ token, expiresAt: this.#expiresAt(picked, found), gatewayUrl });
  }

  /** The service hands out tokens from its own cache, so that it may know an earlier end than the token does. */
  #expiresAt({ token, expires_in }: AuthToken, { sentAt }: FoundDestination): number | undefined {
    const { onEvent, clock } = this.#options;
    const onSkipped = (field: "expires_at" | "expires_in" | "exp" | "id_token.exp") => {
      try {
        onEvent?.({ type: "lifetime-skipped", field, identity: this.identity, at: clock.now() });
      } catch {
        // A sink that fails must not cost a good token.
      }
    };
    const ends = [resolveExpiresAt({ expires_in }, { sentAt, onSkipped }), jwtExpiresAt(token)];
    const known = ends.filter((end) => end !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }
}

function asked(request: TokenRequest | undefined, kind: "system" | "user") {
  const { tenant, subjectToken: userToken } = normalizeTokenRequest(request, {
    honours: kind === "user" ? ["tenant", "subjectToken", "principal"] : ["tenant", "subjectToken"],
  });
  if (kind === "system" && userToken !== undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
      'Cannot get a system token: "subjectToken" is given; ask the source of user tokens',
    );
  }
  if (kind === "user" && userToken === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot get a user token: "subjectToken" is missing',
    );
  }
  // What refuses a header's value quotes it.
  if (userToken !== undefined && !/^[\x21-\x7e]+$/.test(userToken)) {
    throw new TypeError('Cannot request a token: no header can carry the "subjectToken"');
  }
  return { tenant: requireTenant(tenant), userToken };
}

function gatewayUrlFault(
  url: string,
  { allowInsecureHosts }: Pick<GatewayTokenSourceOptions, "allowInsecureHosts">,
): string | undefined {
  if (url === "") return "they name no URL of a gateway";
  const fault = urlRule({ allowInsecureHosts, query: false })(url);
  return fault && `the URL of the gateway ${fault}`;
}
