/**
 * Returns what a request holds that must not be shown: each value of its form whose name is not known to be harmless, and
 * the credentials of its headers in all their forms.
 */
export function sentSecrets(request: {
  readonly body: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
}): string[] {
  const values = [...request.body].flatMap(([name, value]) =>
    HARMLESS_PARAMETERS.has(name) ? [] : [value],
  );
  const credentials = Object.entries(request.headers).flatMap(([name, value]) =>
    HARMLESS_HEADERS.has(name.toLowerCase()) ? [] : credentialsIn(value),
  );
  return [...values, ...credentials].filter((secret) => secret !== "");
}

/** What these say of a request is no secret; `refresh_token`, `code`, `password` and any name that is not known here may be. */
const HARMLESS_PARAMETERS: ReadonlySet<string> = new Set([
  "grant_type",
  "response_type",
  "scope",
  "audience",
  "resource",
  "client_id",
  "client_assertion_type",
  "requested_token_type",
  "requested_token_use",
  "subject_token_type",
  "actor_token_type",
  "token_format",
  "token_type_hint",
  "code_challenge_method",
  "refresh_expiry",
  "app_tid",
  "tenant",
]);

const HARMLESS_HEADERS: ReadonlySet<string> = new Set(["accept", "content-type", "user-agent"]);

/** Of `Basic` also the password by itself, as it was before the form encoding (RFC 6749 §2.3.1). */
function credentialsIn(header: string): string[] {
  const credentials = header.replace(/^[A-Za-z-]+ +/, "");
  if (!/^basic /i.test(header)) return [credentials];
  const pair = Buffer.from(credentials, "base64").toString();
  const password = pair.slice(pair.indexOf(":") + 1);
  const decoded = new URLSearchParams(`password=${password.replaceAll("&", "%26")}`);
  return [credentials, password, decoded.get("password") ?? ""];
}
