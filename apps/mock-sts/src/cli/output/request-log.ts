import type { RecordedRequest } from "../../recording/recorded-request.ts";
import { createPaint, type Paint, type Style } from "./terminal-style.ts";

/** Writes a request as one line for people: when, how it ended, how long it took, what, by whom, for whom. */
export function formatRequest(
  request: RecordedRequest,
  paint: Paint = createPaint({ colors: false }),
): string {
  const { at, status, durationMs, fault, issued } = request;
  const refusal = [request.error, request.errorDescription].filter(Boolean).join(": ");
  const parts: readonly (string | undefined)[] = [
    paint("dim", new Date(at).toISOString().slice(11, 19)),
    paint(styleOf(status), String(status ?? "---")),
    paint("dim", formatDuration(durationMs)),
    paint("bold", printable(describeAction(request))),
    ...describeParties(request).map(printable),
    issued && paint("dim", `issued ${issued.fingerprint}`),
    fault && paint("magenta", `fault ${printable(fault)}`),
    refusal && paint("red", printable(refusal)),
    status === undefined ? paint("red", "no response") : undefined,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

/** Picks the fields of a request for a line of JSON; it contains fingerprints, and no token. */
export function requestFields(request: RecordedRequest): Readonly<Record<string, unknown>> {
  const { id, listener, method, path, route, tenant, issuer, grant, mcp } = request;
  const { status, error, errorDescription, fault } = request;
  return {
    id,
    listener,
    method,
    path,
    route,
    tenant,
    issuer,
    grant,
    clientId: request.clientId,
    subject: subjectOf(request),
    actor: request.actorToken?.claims?.sub,
    audience: request.form?.audience,
    resource: request.form?.resource,
    ...(mcp && { mcpServer: mcp.server, mcpMethods: mcp.methods, tool: mcp.tool }),
    a2aMethods: request.a2a?.methods,
    agent: request.agent,
    filter: request.filter,
    issued: request.issued?.fingerprint,
    status,
    error,
    errorDescription,
    fault,
    durationMs: request.durationMs === undefined ? undefined : Math.round(request.durationMs),
  };
}

function subjectOf(request: RecordedRequest): string | undefined {
  const { userToken, bearer, issued, assertion, subjectToken } = request;
  return (userToken ?? bearer ?? issued ?? assertion ?? subjectToken)?.claims?.sub;
}

function describeAction({ method, path, grant, mcp, agent, a2a }: RecordedRequest): string {
  if (mcp !== undefined && mcp.methods.length > 0) {
    return [mcp.server, mcp.methods.join("+"), mcp.tool].filter(Boolean).join(" ");
  }
  if (a2a !== undefined && a2a.methods.length > 0) return `${agent} ${a2a.methods.join("+")}`;
  return grant === undefined ? `${method} ${path}` : `${path} ${shortName(grant)}`;
}

/** The last part of a URN is enough. */
function shortName(name: string): string {
  return name.startsWith("urn:") ? name.slice(name.lastIndexOf(":") + 1) : name;
}

function describeParties(request: RecordedRequest): string[] {
  const { clientId, tenant, filter, form } = request;
  const subject = subjectOf(request);
  const actor = request.actorToken?.claims?.sub;
  const targets = [form?.audience ?? [], form?.resource ?? []].flat().map(shortName);
  return [
    subject !== undefined && subject !== clientId ? subject : "",
    actor === undefined ? "" : `through ${actor}`,
    targets.length === 0 ? "" : `for ${targets.join(", ")}`,
    clientId === undefined ? "" : `by ${clientId}`,
    tenant === undefined ? "" : `in ${tenant}`,
    filter ?? "",
  ].filter((part) => part !== "");
}

function styleOf(status: number | undefined): Style {
  if (status === undefined || status >= 500) return "red";
  if (status >= 400) return "yellow";
  return status >= 300 ? "cyan" : "green";
}

function formatDuration(durationMs: number | undefined): string {
  if (durationMs === undefined) return "".padStart(7);
  const text =
    durationMs < 1_000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1_000).toFixed(1)} s`;
  return text.padStart(7);
}

/** A client may send line breaks and terminal codes. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?");
}
