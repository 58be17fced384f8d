import { type Context, Hono } from "hono";
import { z } from "zod";
import { describeIssues } from "../../checks/check-data.ts";
import { readBody } from "../../http/request-body.ts";
import { withoutAdminToken } from "./admin-token.ts";
import { controlError } from "./control-error.ts";
import type { GuardedEnv } from "./control-guard.ts";
import { type ControlOperation, NotFoundError } from "./control-operation.ts";
import { CONTROL_PATH, DOCUMENT_PATH } from "./control-paths.ts";

/** Largest body of a control request, in bytes. */
const MAX_BODY_BYTES = 262_144;

/** Creates the application of the controls, to be used behind the guard. */
export function createControlApi(options: ControlApiOptions): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>();
  app.get(DOCUMENT_PATH, async (c) => {
    // Few clients ask for the document, and its library would slow down every start.
    const { controlDocument } = await import("./control-document.ts");
    return c.json(controlDocument(options.operations));
  });
  for (const operation of options.operations) {
    const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(operation.method.toUpperCase(), path, (c) => handle(c, operation, options));
  }
  app.all("*", (c) => notFound(c, options.operations));
  app.onError(refuse);
  return app;
}

/** The operations of the controls over HTTP, and who may use them. */
export interface ControlApiOptions {
  readonly operations: readonly ControlOperation[];
  readonly adminToken: string;
  /** Whether every operation requires the admin token, not only those that reveal a secret. */
  readonly isExposed: boolean;
  /** Called after an operation that may have changed something. */
  readonly onChange: () => void;
}

async function handle(
  c: Context<GuardedEnv>,
  operation: ControlOperation,
  { adminToken, isExposed, onChange }: ControlApiOptions,
): Promise<Response> {
  if (isExposed || operation.secret) {
    const refusal = withoutAdminToken(c.req.header("authorization"), adminToken);
    if (refusal !== undefined) return refusal;
  }
  const { text, state } = await readBody(c.req.raw, MAX_BODY_BYTES);
  if (state === "too-large") return tooLarge();
  // The client has gone and does not read this response.
  if (state === "cut-off") return badRequest("the body is not complete");
  const result = await operation.run({
    parameters: c.req.param(),
    query: singleValues(c.req.queries()),
    body: parseBody(text),
    request: c.req.raw,
  });
  if (operation.method !== "get") onChange();
  if (result instanceof Response) return withoutBodyOfHead(c.req.raw, result);
  return result === undefined ? new Response(null, { status: 204 }) : Response.json(result);
}

/** No client reads the body of a response to HEAD: a stream would never end. */
async function withoutBodyOfHead({ method }: Request, answered: Response): Promise<Response> {
  if (method === "HEAD") await answered.body?.cancel();
  return answered;
}

/** A parameter that occurs twice becomes a list, which every schema refuses. */
function singleValues(queries: Record<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );
}

function parseBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("the body is not JSON");
  }
}

function refuse(error: unknown): Response {
  if (error instanceof NotFoundError) {
    return controlError(404, { error: "not_found", message: error.message });
  }
  if (error instanceof z.ZodError) return badRequest(describeIssues(error).join("; "));
  if (error instanceof TypeError || error instanceof RangeError) return badRequest(error.message);
  return controlError(500, { error: "internal_error", message: "the mock failed" });
}

function badRequest(message: string): Response {
  return controlError(400, { error: "invalid_request", message });
}

function tooLarge(): Response {
  const message = `the body is larger than ${MAX_BODY_BYTES} bytes`;
  return controlError(413, { error: "content_too_large", message }, { Connection: "close" });
}

function notFound(c: Context<GuardedEnv>, operations: readonly ControlOperation[]): Response {
  const path = c.req.path.split("/").slice(2);
  const methods = operations
    .filter((it) => isSamePath(it.path.split("/").slice(1), path))
    .map(({ method }) => method.toUpperCase());
  if (methods.length === 0) {
    const message = `this path does not exist: see ${CONTROL_PATH}${DOCUMENT_PATH}`;
    return controlError(404, { error: "not_found", message });
  }
  const Allow = methods.join(", ");
  const message = `this path takes ${Allow}`;
  return controlError(405, { error: "method_not_allowed", message }, { Allow });
}

function isSamePath(template: readonly string[], path: readonly string[]): boolean {
  return (
    template.length === path.length &&
    template.every((part, index) => part.startsWith("{") || part === path[index])
  );
}
