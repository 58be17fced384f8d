import { normalizeTokenRequest, type TokenRequest } from "@agent-oauth/core";

/** The audience, resource and scope of a token. */
export type Target = Pick<TokenRequest, "audience" | "resource" | "scope">;

const LISTS = ["audience", "resource", "scope"] as const;

/**
 * Checks a target: its lists hold texts without control characters, and its resources are absolute URIs.
 *
 * @throws TypeError naming the field.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 §2.1}
 */
export function checkedTarget(
  lists: { readonly [L in keyof Target]: Target[L] | undefined },
): Target {
  const target = normalizeTokenRequest(lists as Target);
  for (const list of LISTS) {
    for (const item of target[list] ?? []) {
      if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(item))
        refuse(list, "contains control characters or line breaks");
    }
  }
  for (const uri of target.resource ?? []) {
    if (!URL.canParse(uri) || uri.includes("#")) {
      refuse("resource", "must be absolute URIs without a fragment");
    }
  }
  return target;
}

/** Fills in each list that a target lacks. */
export function withDefaults(target: Target, defaults: Target): Target {
  return { ...defaults, ...target };
}

function refuse(field: string, reason: string): never {
  throw new TypeError(`Cannot request a token: "${field}" ${reason}`);
}
