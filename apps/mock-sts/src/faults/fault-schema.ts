import { z } from "zod";
import { requestMatchSchema } from "../recording/request-match.ts";
import { DAY_MS } from "../time/durations.ts";

/** The longest delay, in milliseconds. */
const MAX_DELAY_MS = DAY_MS;

/** Which requests a fault hits, and how often: plain data. */
export const FAULT_MATCH_SCHEMA = requestMatchSchema.extend({
  times: z
    .union([z.int().positive(), z.literal("unlimited")])
    .optional()
    .describe("Number of requests to hit. Default 1."),
  nth: z.int().positive().optional().describe("The first match to hit, from 1. Default 1."),
  probability: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe("Share of the matches to hit. Default 1."),
  seed: z
    .int()
    .optional()
    .describe(
      "Seed of the random numbers: the same seed hits the same requests. Default: the mock's.",
    ),
});

const kind = <const K extends string>(name: K) => z.literal(name);

/** Text of a header: other text would break the connection, not corrupt the response. */
const headerText = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be one line of characters that a header can hold");
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "must be the name of a header");
const delayMs = z.number().min(0).max(MAX_DELAY_MS);

/** The effect of a fault on a request or its response: plain data, distinguished by `kind`. */
export const faultEffectSchema = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: kind("status"),
      status: z.int().min(200).max(599),
      headers: z.record(headerName, headerText).optional(),
      body: z
        .unknown()
        .optional()
        .describe("Text is sent unchanged, anything else as JSON. Default: an OAuth error."),
      retryAfterSeconds: z
        .int()
        .optional()
        .describe(
          "Sends `Retry-After`; a negative value gives a past date, or an invalid number of seconds.",
        ),
      retryAfterForm: z
        .enum(["seconds", "http-date"])
        .optional()
        .describe("How `Retry-After` is written; a date counts from the mock's clock."),
    })
    .describe("Responds with a status in place of the real response; the request has no effect."),
  z
    .strictObject({ kind: kind("delay"), delayMs })
    .describe("Waits before the response; another fault may hit the request after that."),
  z
    .strictObject({
      kind: kind("slow-body"),
      chunkBytes: z.int().positive().optional().describe("Default 16."),
      intervalMs: delayMs.optional().describe("Time between two chunks. Default 100."),
    })
    .describe("Sends the head of the real response at once, and its body in small chunks."),
  z
    .strictObject({ kind: kind("reset-before-headers") })
    .describe("Ends the connection before a response; the request has no effect."),
  z
    .strictObject({ kind: kind("reset-after-headers") })
    .describe("Ends the connection within the body; the request had its effect."),
  z
    .strictObject({ kind: kind("truncated-json") })
    .describe("Cuts the second half of the body off, in a complete HTTP message."),
  z
    .strictObject({ kind: kind("malformed-json") })
    .describe("Adds one brace too many to the JSON of the whole body."),
  z
    .strictObject({
      kind: kind("wrong-content-length"),
      differenceBytes: z
        .int()
        .optional()
        .describe("Difference between the header and the real length. Default 16."),
    })
    .describe("Sends the real response with a wrong `Content-Length`, then ends the connection."),
  z
    .strictObject({
      kind: kind("wrong-content-type"),
      contentType: headerText.min(1).optional().describe("Default `text/plain`."),
    })
    .describe("Sends the real response with another `Content-Type`."),
  z.strictObject({ kind: kind("html") }).describe("Responds with 200 and a web page."),
  z
    .strictObject({
      kind: kind("empty"),
      status: z.int().min(200).max(599).optional().describe("Default 200."),
    })
    .describe("Responds without a body."),
  z
    .strictObject({
      kind: kind("redirect"),
      location: headerText.min(1),
      status: z.union([301, 302, 303, 307, 308].map((it) => z.literal(it))).optional(),
    })
    .describe("Responds with a redirect, 302 by default."),
  z
    .strictObject({
      kind: kind("wrong-issuer"),
      issuer: z.string().min(1).optional().describe("Default `https://wrong-issuer.example`."),
    })
    .describe(
      "Names another issuer in the metadata and in the tokens; their signatures stay valid.",
    ),
  z
    .strictObject({
      kind: kind("wrong-audience"),
      audience: z.string().min(1).optional().describe("Default `wrong-audience`."),
    })
    .describe("Names another audience in the tokens; their signatures stay valid."),
  z
    .strictObject({
      kind: kind("missing-fields"),
      fields: z.array(z.string().min(1)).min(1).optional().describe('Default `["access_token"]`.'),
    })
    .describe("Removes members from the JSON of the response."),
  z
    .strictObject({
      kind: kind("odd-expires-in"),
      value: z
        .union([z.string(), z.number(), z.boolean(), z.null()])
        .describe('What `expires_in` says, such as `-1`, `"soon"` or `null`.'),
    })
    .describe("Sends another `expires_in` than the token has."),
  z
    .strictObject({ kind: kind("tls-refusal") })
    .describe(
      "Refuses the next TLS handshakes with a fatal alert; `match` may name only `listener`.",
    ),
]);

/** A fault: the requests that it hits, and its effect. */
export const faultSchema = z
  .strictObject({ match: FAULT_MATCH_SCHEMA.optional(), effect: faultEffectSchema })
  .refine(
    ({ effect, match = {} }) =>
      effect.kind !== "tls-refusal" || Object.keys(match).every(isOfHandshake),
    {
      path: ["match"],
      message:
        'a handshake is matched by "listener", "times", "nth", "probability" and "seed" only',
    },
  );

function isOfHandshake(name: string): boolean {
  return ["listener", "times", "nth", "probability", "seed"].includes(name);
}

/** The effect of a fault on a request or its response. */
export type FaultEffect = z.infer<typeof faultEffectSchema>;

/** A fault as plain data: the same in a test, over HTTP and in a file. */
export type FaultSpec = z.infer<typeof faultSchema>;

/** The match of a fault as plain data. */
export type FaultMatchSpec = z.infer<typeof FAULT_MATCH_SCHEMA>;
