import {
  type AccessToken,
  type GetTokenOptions,
  normalizeTokenRequest,
  type TokenRequest,
  type TokenRequestField,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkGetTokenOptions,
  checkOptions,
  identityDigest,
  kindOf,
  type OptionNames,
  unknownName,
} from "@agent-oauth/core/internal";
import { formParameters } from "../request/form-parameters.ts";
import type { TokenEndpoint } from "../request/token-endpoint.ts";
import type { FormParameters } from "../request/token-grant.ts";
import { scopeList } from "../request/token-response.ts";

/** Makes a source that sends one grant, with every field of the request that it supports. */
export function grantSource(init: GrantSourceInit): TokenSource {
  const { endpoint, grantType, reserved, own, send } = init;
  if (typeof endpoint?.request !== "function") {
    throw new TypeError(
      `Cannot ${DOING}: "endpoint" must be made by createTokenEndpoint, and is ${kindOf(endpoint)}`,
    );
  }
  const fixed = formParameters(init.parameters ?? {}, DOING);
  // A copy: what the caller changes later would not be in the identity.
  const parameters = structuredClone(init.parameters ?? {});
  for (const name of reserved) {
    if (name in parameters) {
      throw new TypeError(`Cannot ${DOING}: "parameters" must not have "${name}"`);
    }
  }
  const lists = init.supports ?? LISTS;
  const supported = [...init.fields, ...lists.filter((list) => !(list in parameters))];
  let known: { readonly endpoint: string; readonly text: string } | undefined;
  return {
    get identity(): string {
      const { identity } = endpoint;
      if (known?.endpoint !== identity) {
        known = { endpoint: identity, text: identityDigest(identity, grantType, fixed) };
      }
      return known.text;
    },
    get sharing() {
      return endpoint.sharing;
    },
    async getToken(request?: TokenRequest, options: GetTokenOptions = {}) {
      checkGetTokenOptions(options);
      const { signal } = options;
      const normal = normalizeTokenRequest(request, { supports: supported });
      const { audience, resource, scope } = normal;
      const asked = { audience, resource, scope: scope?.join(" "), ...own(normal), ...parameters };
      return send({ grantType, parameters: asked, requestedScope: scopeOf(asked), signal });
    },
  };
}

/** What the sources of this package have in common. */
export interface GrantSourceOptions {
  /** Sent with each request, such as a fixed `resource`. What is fixed here a token request cannot ask for. */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
  /** Which of the lists a token request may have. Default all that `parameters` does not fix. */
  readonly supports?: readonly ("audience" | "resource" | "scope")[];
}

/** What distinguishes one grant's source from another's. */
export interface GrantSourceInit extends GrantSourceOptions {
  readonly endpoint: TokenEndpoint;
  readonly grantType: string;
  /** Fields of a request in addition to the lists. */
  readonly fields: readonly TokenRequestField[];
  /** Names that the grant sets itself: the option `parameters` must not have them. */
  readonly reserved: readonly string[];
  /** Makes the grant's own parameters of a request, or refuses it. */
  readonly own: (request: TokenRequest) => FormParameters;
  /** Sends the grant, in as many steps as it has. */
  readonly send: (grant: GrantToSend) => Promise<AccessToken>;
}

/** One grant, ready to be sent. */
export interface GrantToSend {
  readonly grantType: string;
  /** All parameters: those of the request, the grant's own, and the fixed ones. */
  readonly parameters: FormParameters;
  /** The scope asked for: what a later step is granted if its response names none. */
  readonly requestedScope: readonly string[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The names of the options of every source here. */
export const GRANT_SOURCE_OPTIONS: OptionNames<GrantSourceOptions> = {
  parameters: true,
  supports: true,
};

const LISTS = ["audience", "resource", "scope"] as const;

/**
 * Refuses options that are not a plain object, or misspelt.
 *
 * @throws TypeError naming what came.
 */
export function checkGrantSourceOptions(
  options: GrantSourceOptions,
  names: Readonly<Record<string, true>> = GRANT_SOURCE_OPTIONS,
): void {
  checkOptions(options, { doing: DOING, names });
  const { supports = [] } = options;
  if (!Array.isArray(supports)) throw new TypeError(`Cannot ${DOING}: "supports" must be a list`);
  for (const name of supports as readonly unknown[]) {
    if (LISTS.some((list) => list === name)) continue;
    const reason = unknownName(String(name), { known: LISTS, member: "list of a request" });
    throw new TypeError(`Cannot ${DOING}: "supports" is wrong: ${reason}`);
  }
}

const DOING = "create a token source";

function scopeOf({ scope }: FormParameters): readonly string[] | undefined {
  return typeof scope === "string" ? scopeList(scope) : scope;
}
