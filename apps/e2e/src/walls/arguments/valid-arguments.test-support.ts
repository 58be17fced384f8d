import {
  createFakeClock,
  createMemoryStoreBackend,
  createScriptedSource,
} from "@agent-oauth/core/testing";
import { createTokenEndpoint, noClientAuthentication } from "@agent-oauth/token-endpoint";

const AN_ERROR = "an error that cannot be made would hide what it is about";

/** Values that can be given for the parameters before the options, by the parameter's name. */
export const validArguments: Readonly<Record<string, unknown>> = {
  claims: {},
  create: () => "a-client",
  client: { listMcpTools: () => {}, callMcpTool: () => {} },
  endpoint: createTokenEndpoint({
    tokenEndpoint: "https://auth.example/token",
    clientId: "agent",
    clientAuthentication: noClientAuthentication(),
  }),
  handler: () => new Response(),
  input: [],
  mcpTool: { name: "echo" },
  pair: { certificate: "", key: "" },
  path: "token",
  provider: () => "a-token",
  request: {},
  source: createScriptedSource({ clock: createFakeClock() }),
  store: createMemoryStoreBackend().open(),
  token: "a-token",
  tools: [],
  variable: "TOKEN",
};

/** Whose options are not checked, with the reason. */
export const uncheckedOptions: Readonly<Record<string, string>> = {
  "core TokenError": AN_ERROR,
};

/**
 * What takes a value that looks mistaken: the mistaken argument, by the name of the function, with the reason. Nothing
 * (`undefined`), `{}` and a text are right for too many functions to be listed.
 */
export const acceptable: Readonly<
  Record<string, { readonly why: string; readonly values: readonly unknown[] }>
> = {
  "core TokenError": { why: AN_ERROR, values: [null, 7] },
  "core UnauthorizedError": { why: AN_ERROR, values: [null, 7] },
  "langchain McpToolError": { why: AN_ERROR, values: [null, 7] },
  "core redactedCause": { why: "whatever was thrown may be its argument", values: [null, 7] },
  "core jwtExpiresAt": { why: "what is no JWT has no end", values: [null, 7] },
  "core/testing createFakeClock": { why: "it is an instant", values: [7] },
  "node createPrincipalContext": { why: "it has no parameters", values: [null, 7] },
  "token-endpoint noClientAuthentication": { why: "it has no parameters", values: [null, 7] },
};
