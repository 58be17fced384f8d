import { fingerprint } from "./fingerprint.ts";
import type { Form } from "./form.ts";
import type { RecordedRequest } from "./recorded-request.ts";

/** Form parameters whose values are shown; the value of any other may be a secret. */
const harmlessParameters = new Set([
  ...["grant_type", "client_id", "resource", "audience", "scope", "response_type"],
  ...["token_format", "requested_token_type", "subject_token_type", "actor_token_type"],
  ...["client_assertion_type", "app_tid", "refresh_expiry"],
]);

/** Copies a form for the record, with fingerprints in place of what may be secret. */
export function recordedForm(form: Form): NonNullable<RecordedRequest["form"]> {
  return Object.fromEntries(
    form.entries().map(([name, values]) => {
      const shown = harmlessParameters.has(name)
        ? values
        : values.map((value) => `sha256:${fingerprint(value)}`);
      return [name, shown.length === 1 ? (shown[0] ?? "") : shown];
    }),
  );
}

/** Request headers that are recorded. */
const harmlessHeaders = [
  ...["accept", "content-type", "user-agent", "x-correlation-id", "traceparent"],
  ...["mcp-protocol-version", "mcp-method", "mcp-name"],
  ...["x-zid", "x-tenant", "x-fragment-name", "x-fragment-optional"],
];

/** Copies the harmless headers for the record. */
export function recordedHeaders(headers: Headers): Record<string, string> {
  const shown = harmlessHeaders.map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(shown.filter((pair): pair is [string, string] => pair[1] !== null));
}
