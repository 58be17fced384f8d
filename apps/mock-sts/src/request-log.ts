import type { RecordedRequest } from "./recorded-request.ts";

/** Writes a request as one line: when, where, what, by whom, for whom, and how it ended. */
export function formatRequest(request: RecordedRequest): string {
  const { mcp, a2a, issued, error, fault, status } = request;
  const subject = (
    request.userToken ??
    request.bearer ??
    issued ??
    request.assertion ??
    request.subjectToken
  )?.claims?.sub;
  const parts = [
    new Date(request.at).toISOString(),
    request.listener,
    request.method,
    request.path,
    request.tenant && `tenant=${request.tenant}`,
    request.filter,
    request.grant,
    ...[request.form?.audience ?? []].flat().map((audience) => `audience=${audience}`),
    mcp?.methods.join("+"),
    mcp?.tool,
    a2a?.methods.join("+"),
    request.clientId && `client=${request.clientId}`,
    subject && `sub=${subject}`,
    issued && `issued=${issued.fingerprint}`,
    fault && `fault=${fault}`,
    status === undefined ? "no answer" : String(status),
    error,
  ];
  return parts
    .filter((part) => typeof part === "string" && part !== "")
    .map(printable)
    .join(" ");
}

/** What a client sent may hold line breaks and terminal codes. */
function printable(text: unknown): string {
  return String(text).replace(/[^\x20-\x7e]/gu, "?");
}
