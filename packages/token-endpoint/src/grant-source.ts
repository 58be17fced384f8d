import {
  type GetTokenOptions,
  normalizeTokenRequest,
  type TokenRequest,
  type TokenRequestField,
  type TokenSource,
} from "@agent-oauth/core";
import { textDigest } from "./text-digest.ts";
import type { TokenEndpoint, TokenGrant } from "./token-endpoint.ts";
import { tokenForm } from "./token-form.ts";

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

/** Makes a source that sends one grant, with every field of the request that it honours. */
export function grantSource(init: GrantSourceInit): TokenSource {
  const { endpoint, grantType, repeatable, own } = init;
  // A copy: what the caller changes later would not be in the identity.
  const parameters = structuredClone(init.parameters ?? {});
  const fixed = tokenForm(parameters);
  if ("assertion" in parameters) {
    throw new TypeError('Cannot create a token source: "parameters" must not have an "assertion"');
  }
  const lists = init.honours ?? (["audience", "resource", "scope"] as const);
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
    async getToken(request?: TokenRequest, { signal }: GetTokenOptions = {}) {
      const normal = normalizeTokenRequest(request, { honours });
      const { audience, resource, scope } = normal;
      const asked = { audience, resource, scope: scope?.join(" "), ...own(normal), ...parameters };
      return endpoint.request({ grantType, repeatable, parameters: asked }, { signal });
    },
  };
}
