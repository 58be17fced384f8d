import type { Form } from "./form.ts";
import { invalidRequest } from "./oauth-error.ts";

/**
 * Reads the parameter `token_format` of IAS, which the mock's other issuers accept too;
 * `undefined`: the server chooses.
 *
 * @throws OAuthError `invalid_request`.
 */
export function tokenFormat(form: Form): "jwt" | "opaque" | undefined {
  const format = form.get("token_format");
  if (format === undefined || format === "jwt" || format === "opaque") return format;
  throw invalidRequest("token_format is neither jwt nor opaque");
}
