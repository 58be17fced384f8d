/**
 * What the packages of agent-oauth share and users do not need: no promise is made for any of it, and a package takes it
 * from the same version of token-endpoint only.
 *
 * @module
 */

export type { HttpResponse } from "./http/http-attempt.ts";
export { createHttpClient, type HttpClient } from "./http/http-client.ts";
export { quoteServerText } from "./server-text/server-text.ts";
