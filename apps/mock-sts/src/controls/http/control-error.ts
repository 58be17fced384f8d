import { z } from "zod";

/** The body of the response to a refused control request. */
export const controlErrorSchema = z.strictObject({
  error: z.string().describe("A code, such as `invalid_request`."),
  message: z.string().describe("The violation, and the field."),
});

/** Builds the response to a refused control request. */
export function controlError(
  status: number,
  body: z.infer<typeof controlErrorSchema>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers });
}
