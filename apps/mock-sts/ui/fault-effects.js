/** @import { FaultSpec } from "./mock-data.ts" */

/**
 * A field of a fault's effect that the form asks for.
 *
 * @typedef {object} EffectField
 * @property {string} name
 * @property {string} label
 * @property {"number" | "text" | "list" | "json"} type
 * @property {string} [value] The initial value; without one, the field may stay empty.
 */

/** @typedef {FaultSpec["effect"]["kind"]} EffectKind */

/** @type {Readonly<Record<EffectKind, { label: string, fields?: readonly EffectField[] }>>} */
export const EFFECTS = {
  status: {
    label: "Respond with a status",
    fields: [
      { name: "status", label: "Status", type: "number", value: "503" },
      { name: "retryAfterSeconds", label: "Retry-After (s)", type: "number" },
    ],
  },
  delay: {
    label: "Delay the response",
    fields: [{ name: "delayMs", label: "Delay (ms)", type: "number", value: "2000" }],
  },
  "slow-body": {
    label: "Dribble the body",
    fields: [{ name: "intervalMs", label: "Between chunks (ms)", type: "number", value: "100" }],
  },
  "reset-before-headers": { label: "Reset the connection, no effect" },
  "reset-after-headers": { label: "Reset the connection within the body" },
  "truncated-json": { label: "Cut the JSON in half" },
  "malformed-json": { label: "Corrupt the JSON" },
  "wrong-content-length": { label: "Wrong Content-Length" },
  "wrong-content-type": { label: "Wrong Content-Type" },
  html: { label: "Respond with a web page" },
  empty: { label: "Respond without a body" },
  redirect: {
    label: "Redirect",
    fields: [{ name: "location", label: "To", type: "text", value: "https://elsewhere.example/" }],
  },
  "wrong-issuer": { label: "Wrong issuer" },
  "wrong-audience": { label: "Wrong audience" },
  "missing-fields": {
    label: "Leave members out",
    fields: [{ name: "fields", label: "Members", type: "list", value: "access_token" }],
  },
  "odd-expires-in": {
    label: "Odd expires_in",
    fields: [{ name: "value", label: "As JSON", type: "json", value: '"soon"' }],
  },
  "tls-refusal": { label: "Refuse TLS handshakes" },
};

/**
 * Where a fault may apply, in the words of the form; `undefined` is everywhere.
 *
 * @type {readonly { label: string, match: NonNullable<FaultSpec["match"]> }[]}
 */
export const PLACES = [
  { label: "any request", match: {} },
  { label: "the token server", match: { listener: "token-server" } },
  { label: "identity tenants’ token endpoints", match: { route: "token" } },
  { label: "XSUAA’s token endpoint", match: { route: "xsuaa-token" } },
  { label: "the token exchange", match: { route: "sts-token" } },
  { label: "destinations", match: { route: "destination" } },
  { label: "metadata", match: { route: "authorization-server-metadata" } },
  { label: "the gateway", match: { listener: "gateway" } },
  { label: "MCP servers", match: { route: "mcp" } },
  { label: "tool calls", match: { mcpMethod: "tools/call" } },
];
