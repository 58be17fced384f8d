import {
  createAccessToken,
  type GetTokenOptions,
  type LifetimeSkippedEvent,
  normalizeTokenRequest,
  resolveExpiresAt,
  TokenError,
  type TokenEventSink,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import type { GatewayToken } from "@agent-oauth/core/gateway";
import {
  type Deadline,
  emit,
  fitsHeader,
  identityDigest,
  refuseOtherThanToken,
  shownName,
} from "@agent-oauth/core/internal";
import { urlRule } from "@agent-oauth/node/internal";
import type {
  DestinationService,
  FoundDestination,
} from "../destination-service/destination-service.ts";
import { requireTenant } from "../destination-service/tenant-subdomain.ts";
import { chosenFragment, type FragmentChoice } from "../servers/chosen-fragment.ts";
import { textProperty } from "../servers/fragment.ts";
import { type AuthToken, pickAuthToken } from "./auth-token.ts";

/** Tenants write this URL: without the look-behind, a million slashes would take a trillion steps. */
const TRAILING_SLASHES = /(?<!\/)\/+$/;

const LABELS = { system: "subscriber.ias", user: "subscriber.ias.user" };

/** Gets tokens for Agent Gateway from the Destination Service, which retrieves them. It caches nothing. */
export class GatewayTokenSource implements TokenSource<GatewayToken> {
  readonly #options: GatewayTokenSourceOptions;
  #known: { readonly access: string; readonly text: string } | undefined;

  constructor(options: GatewayTokenSourceOptions) {
    this.#options = options;
  }

  readonly sharing = true;

  get identity(): string {
    const { access, destination, kind, fragment } = this.#options;
    const now = access();
    const named = typeof fragment === "string" ? fragment : undefined;
    if (this.#known?.access !== now) {
      this.#known = { access: now, text: identityDigest(now, destination, kind, named) };
    }
    return this.#known.text;
  }

  async getToken(request?: TokenRequest, { signal }: GetTokenOptions = {}): Promise<GatewayToken> {
    const { kind, service, destination, run, fragment: choice } = this.#options;
    const { tenant, userToken } = asked(request, kind);
    const whole = `get a ${kind} token for tenant ${JSON.stringify(tenant)} from the destination ${shownName(destination)}`;
    return run({ doing: whole, signal }, async (deadline) => {
      const label = LABELS[kind];
      const listing = `${whole} with the fragment labelled ${label}`;
      const fragments = await service.listFragments(label, { tenant, deadline, doing: listing });
      const fragment = chosenFragment(fragments, { doing: listing, choice, kind, tenant });
      const doing = `${whole} with the fragment ${shownName(fragment)}`;
      const find = { name: destination, fragment, tenant, userToken, deadline, doing };
      return this.#gatewayToken(await service.findDestination(find), doing);
    });
  }

  #gatewayToken(found: FoundDestination, doing: string): GatewayToken {
    const gatewayUrl = textProperty(found.properties, "URL").replace(TRAILING_SLASHES, "");
    const violation = gatewayUrlViolation(gatewayUrl, this.#options);
    if (violation !== undefined) {
      throw new TokenError("ERR_TOKEN_CONFIG", `Cannot ${doing}: ${violation}`);
    }
    const { secrets } = found;
    const picked = pickAuthToken(found.authTokens, { doing, secrets });
    const { token } = picked;
    return createAccessToken({ token, expiresAt: this.#expiresAt(picked, found), gatewayUrl });
  }

  /** The service hands out tokens from its own cache, and may know an earlier expiry than the token's own. */
  #expiresAt({ token, expires_in }: AuthToken, { sentAt }: FoundDestination): number | undefined {
    const { onEvent, clock } = this.#options;
    const onSkipped = (field: LifetimeSkippedEvent["field"]) =>
      emit(onEvent, { type: "lifetime-skipped", field, identity: this.identity, at: clock.now() });
    return resolveExpiresAt({ expires_in, access_token: token }, { sentAt, onSkipped });
  }
}

/** Options of a {@link GatewayTokenSource}. */
export interface GatewayTokenSourceOptions {
  /** Tokens of the agent itself, or on behalf of users. */
  readonly kind: "system" | "user";
  readonly service: DestinationService;
  /** Name of the provider's destination. */
  readonly destination: string;
  readonly fragment: FragmentChoice | undefined;
  readonly allowInsecureHosts: readonly string[];
  /** Does a request within the flow's time limit, on the binding as it is now. */
  readonly run: <T>(
    operation: { readonly doing: string; readonly signal: AbortSignal | undefined },
    work: (deadline: Deadline) => Promise<T>,
  ) => Promise<T>;
  /** Returns the digest of the client and the Destination Service in use. */
  readonly access: () => string;
  readonly clock: { now(): number };
  readonly onEvent: TokenEventSink | undefined;
}

function asked(request: TokenRequest | undefined, kind: "system" | "user") {
  const { tenant, subjectToken: userToken } = normalizeTokenRequest(request, {
    supports:
      kind === "user" ? ["tenant", "subjectToken", "principal"] : ["tenant", "subjectToken"],
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
  if (userToken !== undefined) refuseOtherThanToken(userToken);
  // `Headers` quotes the value that it refuses.
  if (userToken !== undefined && !fitsHeader(userToken)) {
    throw new TypeError('Cannot request a token: no header can carry the "subjectToken"');
  }
  return { tenant: requireTenant(tenant), userToken };
}

function gatewayUrlViolation(
  url: string,
  { allowInsecureHosts }: Pick<GatewayTokenSourceOptions, "allowInsecureHosts">,
): string | undefined {
  if (url === "") return "they name no URL of a gateway";
  const violation = urlRule({ allowInsecureHosts, query: false })(url);
  return violation && `the URL of the gateway ${violation}`;
}
