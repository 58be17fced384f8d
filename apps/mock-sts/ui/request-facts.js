/** @import { RecordedRequest, RecordedToken } from "./mock-data.ts" */

/** @typedef {"token" | "mcp" | "other"} RequestKind */

/** @type {readonly string[]} */
const TOKEN_ROUTES = ["token", "xsuaa-token", "sts-token"];

/**
 * Distinguishes token requests, MCP calls and other requests.
 *
 * @param {RecordedRequest} request
 * @returns {RequestKind}
 */
export function kindOf({ route }) {
  if (TOKEN_ROUTES.includes(route)) return "token";
  return route === "mcp" ? "mcp" : "other";
}

/**
 * Describes the action in a few words.
 *
 * @param {RecordedRequest} request
 */
export function actionOf({ route, grant, mcp, method, path }) {
  if (mcp !== undefined) return mcp.tool ?? (mcp.methods.join(", ") || `${method} session`);
  if (TOKEN_ROUTES.includes(route)) return GRANT_NAMES[grant ?? ""] ?? grant ?? "no grant";
  return `${method} ${path}`;
}

/** @type {Readonly<Record<string, string>>} */
const GRANT_NAMES = {
  "urn:ietf:params:oauth:grant-type:token-exchange": "token exchange",
  "urn:ietf:params:oauth:grant-type:jwt-bearer": "jwt-bearer",
  client_credentials: "client credentials",
  refresh_token: "refresh token",
};

/**
 * Names the user of a request: the subject of its issued, presented or exchanged token.
 *
 * @param {RecordedRequest} request
 * @returns {{ subject: string | undefined, actor: string | undefined }}
 */
export function partiesOf(request) {
  const { issued, userToken, bearer, subjectToken, assertion, actorToken } = request;
  const claims = (issued ?? userToken ?? bearer ?? subjectToken ?? assertion)?.claims;
  const act = /** @type {{ sub?: unknown } | undefined} */ (claims?.act);
  const actor = text(act?.sub) ?? text(actorToken?.claims?.sub);
  return { subject: text(claims?.sub), actor };
}

/**
 * Names the requested audience, or the called server.
 *
 * @param {RecordedRequest} request
 */
export function audienceOf({ mcp, agent, issued, form, tenant }) {
  if (mcp !== undefined) return mcp.server;
  const wanted = [form?.audience, form?.resource, issued?.claims?.aud].find((it) => it?.length);
  return wanted === undefined ? (agent ?? tenant ?? "") : [wanted].flat().join(" ");
}

/**
 * Describes the outcome of a request.
 *
 * @param {RecordedRequest} request
 * @returns {{ tone: "good" | "bad" | "waiting", label: string, detail: string }}
 */
export function outcomeOf({ status, error, errorDescription, fault, answerId }) {
  const refusal = [error, errorDescription].filter(Boolean).join(": ");
  const detail = [refusal, fault && `fault: ${fault}`].filter(Boolean).join(", ");
  if (status !== undefined) {
    return { tone: status < 400 ? "good" : "bad", label: String(status), detail };
  }
  if (answerId === undefined) return { tone: "waiting", label: "…", detail: "no response yet" };
  return { tone: "bad", label: "cut", detail };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : undefined;
}
