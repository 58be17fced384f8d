import {
  type GetTokenOptions,
  normalizeTokenRequest,
  type TokenRequest,
  type TokenRequestField,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkGetTokenOptions,
  checkOptions,
  type OptionNames,
  unknownName,
} from "@agent-oauth/core/internal";
import { textDigest } from "../http/text-digest.ts";
import { tokenForm } from "../request/form-parameters.ts";
import type { TokenEndpoint, TokenGrant } from "../request/token-endpoint.ts";

/** What the sources of this package have in common. */
export interface GrantSourceOptions {
  /** Sent with each request, such as a fixed `resource`. What is fixed here a token request cannot ask for. */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>>;
  /** Which of the lists a token request may have. Default all that `parameters` does not fix. */
  readonly honours?: readonly ("audience" | "resource" | "scope")[];
}

/** What distinguishes one grant's source from another's. */
export interface GrantSourceInit extends GrantSourceOptions {
  readonly endpoint: TokenEndpoint;
  readonly grantType: string;
  readonly repeatable: boolean;
  /** Fields of a request besides the lists. */
  readonly fields: readonly TokenRequestField[];
  /** Makes the grant's own parameters of a request, or refuses it. */
  readonly own: (request: TokenRequest) => TokenGrant["parameters"];
}

/** The names of the options of every source here. */
export const GRANT_SOURCE_OPTIONS: OptionNames<GrantSourceOptions> = {
  parameters: true,
  honours: true,
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
  const { honours = [] } = options;
  if (!Array.isArray(honours)) throw new TypeError(`Cannot ${DOING}: "honours" must be a list`);
  for (const name of honours as readonly unknown[]) {
    if (LISTS.some((list) => list === name)) continue;
    const reason = unknownName(String(name), { known: LISTS, member: "list of a request" });
    throw new TypeError(`Cannot ${DOING}: "honours" is wrong: ${reason}`);
  }
}

const DOING = "create a token source";

/** Makes a source that sends one grant, with every field of the request that it honours. */
export function grantSource(init: GrantSourceInit): TokenSource {
  const { endpoint, grantType, repeatable, own } = init;
  const fixed = tokenForm(init.parameters ?? {});
  // A copy: what the caller changes later would not be in the identity.
  const parameters = structuredClone(init.parameters ?? {});
  if ("assertion" in parameters) {
    throw new TypeError('Cannot create a token source: "parameters" must not have an "assertion"');
  }
  const lists = init.honours ?? LISTS;
  const honours = [...init.fields, ...lists.filter((list) => !(list in parameters))];
  let known: { readonly endpoint: string; readonly text: string } | undefined;
  return {
    get identity(): string {
      const { identity } = endpoint;
      if (known?.endpoint !== identity) {
        const parts = JSON.stringify([identity, grantType, fixed]);
        known = { endpoint: identity, text: textDigest(parts) };
      }
      return known.text;
    },
    async getToken(request?: TokenRequest, options: GetTokenOptions = {}) {
      checkGetTokenOptions(options);
      const { signal } = options;
      const normal = normalizeTokenRequest(request, { honours });
      const { audience, resource, scope } = normal;
      const asked = { audience, resource, scope: scope?.join(" "), ...own(normal), ...parameters };
      return endpoint.request({ grantType, repeatable, parameters: asked }, { signal });
    },
  };
}
