import { z } from "zod";

const claims = z.object({ ext_attr: z.object({ zdn: z.string().min(1) }) });

/**
 * Reads the subdomain of the tenant for which XSUAA issued a token. The token is not verified: the subdomain may be a reason
 * to refuse a token, but never to accept one.
 *
 * @returns `undefined` if the token does not name it, such as an opaque one.
 */
export function tenantOfToken(token: string): string | undefined {
  const [, payload = ""] = token.split(".");
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    return claims.safeParse(value).data?.ext_attr.zdn;
  } catch {
    return undefined;
  }
}
