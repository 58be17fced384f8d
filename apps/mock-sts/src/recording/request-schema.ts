import { z } from "zod";
import { ROUTE_NAMES } from "./recorded-request.ts";
import { REQUEST_FILTER_SCHEMA } from "./request-match.ts";

const claims = z.record(z.string(), z.unknown());

/** A token in the log, as it is described over HTTP. */
export const recordedTokenSchema = z.strictObject({
  fingerprint: z.string().describe("First 12 hexadecimal digits of the token's SHA-256."),
  header: claims.optional().describe("Decoded header of a JWT."),
  claims: claims.optional().describe("Decoded claims, unverified where a client sent them."),
});

const text = z.string();
const TOKEN = recordedTokenSchema.optional();

/** A request in the log, as it is described over HTTP. */
export const recordedRequestSchema = z.strictObject({
  id: z.int().describe("Number of the request, from 1."),
  at: z.number().describe("Arrival by the mock's clock, epoch milliseconds."),
  listener: z.enum(["token-server", "gateway"]),
  method: text,
  path: text,
  query: z.array(text).describe("Names of the parameters in the URL."),
  route: z.enum(ROUTE_NAMES),
  tenant: text.optional(),
  issuer: text.optional().describe("Name of a further issuer."),
  agent: text.optional(),
  filter: text.optional(),
  headers: z.record(text, text).describe("Headers that hold no secret."),
  tls: z.strictObject({
    connection: z.int(),
    newSocket: z.boolean(),
    sessionReused: z.boolean(),
    clientCertificate: text.optional().describe("Its `x5t#S256`."),
  }),
  form: z.record(text, z.union([text, z.array(text)])).optional(),
  grant: text.optional(),
  clientId: text.optional(),
  assertion: TOKEN,
  subjectToken: TOKEN,
  actorToken: TOKEN,
  bearer: TOKEN,
  userToken: TOKEN,
  issued: TOKEN,
  mcp: z.strictObject({ server: text, methods: z.array(text), tool: text.optional() }).optional(),
  a2a: z.strictObject({ version: text, methods: z.array(text) }).optional(),
  error: text.optional().describe("OAuth error code of the response."),
  errorDescription: text.optional().describe("Reason of a refusal in words."),
  fault: text.optional().describe("The fault that was applied."),
  status: z.int().optional().describe("Absent for a connection that was reset."),
  durationMs: z.number().optional().describe("Time from the arrival to the head of the response."),
  answerId: z.int().optional().describe("Number of the response, from 1."),
});

const count = z.coerce.number<string>().int().min(0);

/** A filter as the query of a URL. */
export const FILTER_QUERY_SCHEMA = REQUEST_FILTER_SCHEMA.extend({
  status: count.optional(),
  sinceId: count.optional().describe("Requests that arrived after the one with this id."),
  sinceAnswerId: count.optional().describe("Requests answered after the response with this id."),
});
