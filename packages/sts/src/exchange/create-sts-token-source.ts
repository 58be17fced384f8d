import {
  type AccessToken,
  type GetTokenOptions,
  normalizeTokenRequest,
  systemClock,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkGetTokenOptions,
  checkOptions,
  identityDigest,
  pickOptions,
  refuseOtherThanToken,
} from "@agent-oauth/core/internal";
import {
  createTokenEndpoint,
  noClientAuthentication,
  type TokenEndpoint,
  type TokenEndpointOptions,
} from "@agent-oauth/token-endpoint";
import { type ActorToken, actorToken } from "../actor/actor-token.ts";
import { checkActor } from "../checks/actor-check.ts";
import { checkAudience } from "../checks/audience-check.ts";
import { checkIssuedType } from "../checks/issued-type-check.ts";
import { checkedPolicy } from "../checks/response-policy.ts";
import { subjectRequired } from "../checks/subject-required.ts";
import { checkedTarget, type Target, withDefaults } from "../checks/target.ts";
import { tokenTypes } from "../checks/token-types.ts";
import { exchangeGrant } from "./exchange-grant.ts";
import {
  ENDPOINT_OPTIONS,
  type ExchangeSettings,
  exchangeSettings,
  STS_OPTIONS,
  type StsTokenSourceOptions,
} from "./sts-options.ts";

/** A source of tokens that an STS issues in exchange for those of users. */
export interface StsTokenSource extends TokenSource {
  /** Presents the client certificate, for requests with tokens that are bound to the certificate. */
  readonly fetch: typeof globalThis.fetch;
  /** Ends exchanges under way with `ERR_TOKEN_CLOSED`, all connections, and the watch of the actor's file. */
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Makes a source that exchanges each request's `subjectToken` at a security token service, for a token that the
 * requested `audience` and `resource` accept.
 *
 * It caches nothing: pass it to `mcpServers` or `toolTokens`, which cache, or to `cachingTokenSource`. Requests support
 * `subjectToken`, `principal` (which is not sent), `audience`, `resource` and `scope`; any other field is a TypeError, and so is
 * a subject token of a registered type that is no token by its structure, such as a JSON document. A call
 * without `subjectToken` fails with `ERR_TOKEN_SUBJECT_REQUIRED`. A response that does
 * not say what was issued, or says something else than was asked for, is refused with `ERR_TOKEN_RESPONSE`, unless
 * `issuedTypeMismatch` allows it.
 *
 * @example
 * ```ts
 * const source = createStsTokenSource({
 *   metadataUrl: "https://sts.example/.well-known/oauth-authorization-server",
 *   clientId: "my-agent",
 *   clientAuthentication: privateKeyJwt({ key }),
 * });
 * const { token } = await source.getToken({ subjectToken: userToken, audience: ["orders"] });
 * ```
 * @throws TypeError or RangeError naming the option that is missing or wrong.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 RFC 8693 §2}
 */
export function createStsTokenSource(options: StsTokenSourceOptions): StsTokenSource {
  checkOptions(options, { doing: "create a token source", names: STS_OPTIONS, required: true });
  return new ExchangedTokens(options);
}

class ExchangedTokens implements StsTokenSource {
  readonly #endpoint: TokenEndpoint;
  readonly #settings: ExchangeSettings;
  readonly #defaults: Target;
  readonly #actor: ActorToken | undefined;
  readonly #policies;
  readonly #observer;
  #identity: { readonly endpoint: string; readonly text: string } | undefined;

  constructor(options: StsTokenSourceOptions) {
    const { clock = systemClock, timeoutMs = DEFAULT_TIMEOUT_MS, onEvent, actor } = options;
    const { audience, resource, scope } = options;
    this.#settings = exchangeSettings(options);
    this.#defaults = checkedTarget({ audience, resource, scope });
    this.#policies = {
      audience: checkedPolicy("audienceMismatch", options.audienceMismatch ?? "event"),
      actor: checkedPolicy("actorIgnored", options.actorIgnored ?? "event"),
      type: checkedPolicy("issuedTypeMismatch", options.issuedTypeMismatch ?? "error"),
    };
    this.#observer = { clock, onEvent };
    this.#endpoint = createTokenEndpoint({
      ...pickOptions<Partial<TokenEndpointOptions>>(options, ENDPOINT_OPTIONS),
      timeoutMs,
      clientAuthentication: options.clientAuthentication ?? noClientAuthentication(),
    });
    this.#actor = actor && actorToken(actor, { clock, timeoutMs });
  }

  get fetch(): typeof globalThis.fetch {
    return this.#endpoint.fetch;
  }

  get identity(): string {
    const endpoint = this.#endpoint.identity;
    if (this.#identity?.endpoint !== endpoint) {
      const { idempotent: _, ...settings } = this.#settings;
      const actor = this.#actor && [this.#actor.name, this.#actor.tokenType];
      const text = identityDigest(endpoint, settings, this.#defaults, actor);
      this.#identity = { endpoint, text };
    }
    return this.#identity.text;
  }

  get sharing(): true | string | undefined {
    return this.#endpoint.sharing;
  }

  async getToken(request?: TokenRequest, options: GetTokenOptions = {}): Promise<AccessToken> {
    checkGetTokenOptions(options);
    const { signal } = options;
    const { subjectToken, ...asked } = normalizeTokenRequest(request, { supports: SUPPORTED });
    if (subjectToken === undefined) throw subjectRequired("exchange a token");
    if (isRegistered(this.#settings.subjectTokenType)) refuseOtherThanToken(subjectToken);
    const target = withDefaults(checkedTarget(asked), this.#defaults);
    signal?.throwIfAborted();
    const actor = await this.#actorNow(signal);
    const grant = exchangeGrant({ subjectToken, actor, target }, this.#settings);
    const token = await this.#endpoint.request(grant, { signal });
    const observer = { ...this.#observer, identity: this.identity };
    const { dialect, requestedTokenType } = this.#settings;
    if (dialect === "token-exchange") {
      const typed = { ...target, requestedTokenType };
      checkIssuedType(token, typed, { ...observer, policy: this.#policies.type });
    }
    checkAudience(token, target, { ...observer, policy: this.#policies.audience });
    if (actor) {
      const acting = { ...target, actorToken: actor.token };
      checkActor(token, acting, { ...observer, policy: this.#policies.actor });
    }
    return token;
  }

  async close(): Promise<void> {
    this.#actor?.close();
    await this.#endpoint.close();
  }

  async #actorNow(signal: AbortSignal | undefined) {
    const actor = this.#actor;
    return actor && { token: await actor.get({ signal }), tokenType: actor.tokenType };
  }
}

/** Whatever a type of the STS's own means, its text may look like anything. */
function isRegistered(tokenType: string): boolean {
  return Object.values<string>(tokenTypes).includes(tokenType);
}

const SUPPORTED = ["subjectToken", "principal", "audience", "resource", "scope"] as const;
