import type { Form } from "./form.ts";
import { invalidRequest } from "./oauth-error.ts";

/**
 * Reads the parameter `token_format`, which IAS has and the mock's other issuers take too;
 * `undefined` leaves the format to the server.
 *
 * @throws OAuthError `invalid_request`.
 */
export function tokenFormat(form: Form): "jwt" | "opaque" | undefined {
  const format = form.get("token_format");
  if (format === undefined || format === "jwt" || format === "opaque") return format;
  throw invalidRequest("token_format is neither jwt nor opaque");
}
