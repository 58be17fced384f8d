import { z } from "zod";
import { ROUTE_NAMES } from "./recorded-request.ts";

const text = z.string().min(1);

/** Chooses requests by facts that are known at their arrival: plain data. */
export const requestMatchSchema = z.strictObject({
  listener: z.enum(["token-server", "gateway"]).optional(),
  route: z.enum(ROUTE_NAMES).optional(),
  tenant: text.optional().describe("Subdomain of the tenant."),
  issuer: text.optional().describe("Name of a further issuer."),
  method: text.optional().describe("HTTP method, in capitals."),
  grant: text.optional().describe("Parameter `grant_type` of a token request."),
  clientId: text.optional().describe("Parameter `client_id` of a token request."),
  audience: text.optional().describe("A value of the parameter `audience` of a token request."),
  resource: text.optional().describe("A value of the parameter `resource` of a token request."),
  subject: text
    .optional()
    .describe("Subject of the token of a request: in a header, or in a token exchange."),
  agent: text.optional().describe("Name of the A2A agent."),
  mcpServer: text.optional().describe("Name of the MCP server."),
  mcpMethod: text.optional().describe("A JSON-RPC method, such as `tools/call`."),
  tool: text.optional().describe("Tool of a `tools/call`."),
  a2aMethod: text.optional().describe("A JSON-RPC method of A2A, such as `SendMessage`."),
});

/** Chooses recorded requests: plain data. */
export const REQUEST_FILTER_SCHEMA = requestMatchSchema.extend({
  status: z.int().optional().describe("Status of the response."),
  error: text.optional().describe("OAuth error code of the response."),
  sinceId: z.int().min(0).optional().describe("Requests that arrived after the one with this id."),
  sinceAnswerId: z
    .int()
    .min(0)
    .optional()
    .describe(
      "Requests answered after the response with this id; requests without a response never match.",
    ),
});

/** Chooses requests; every given field must match. */
export type RequestFilter = Readonly<z.infer<typeof REQUEST_FILTER_SCHEMA>>;
