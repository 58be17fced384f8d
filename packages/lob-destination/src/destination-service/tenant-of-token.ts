import { z } from "zod";

const claims = z.object({ ext_attr: z.object({ zdn: z.string().min(1) }) });

/**
 * Reads the subdomain of the tenant for which XSUAA issued a token. Nothing is verified: this may only refuse a token,
 * never admit one. Tokens that do not say it, such as opaque ones, give `undefined`.
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
