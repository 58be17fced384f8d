import { TokenError } from "@agent-oauth/core";
import type { McpServerRef } from "@agent-oauth/core/gateway";
import { kindOf, shownName } from "@agent-oauth/core/internal";
import type { JsonSchemaType } from "@modelcontextprotocol/client";
import { dropNulls, isRecord } from "../response/drop-nulls.ts";
import { pathText, type SpecViolation, specViolation } from "../response/spec-violation.ts";
import type { OutputValidators } from "./output-validators.ts";

/** A tool that cannot be used as its server describes it. With `"unusable-schema"`, it is listed without its output schema. */
export interface UnusableTool {
  readonly reason: "unusable-tool" | "unusable-schema";
  /** Its name, if it has one. */
  readonly tool?: string;
  readonly error: TokenError;
}

/** The tools that one server lists, judged one by one: the MCP SDK would refuse all of them for one. */
export class ListedTools {
  readonly #server: McpServerRef;
  readonly #validators: OutputValidators;
  #names: string[] = [];
  #failures: UnusableTool[] = [];

  constructor(server: McpServerRef, validators: OutputValidators) {
    this.#server = server;
    this.#validators = validators;
  }

  /** The tools that are left out. */
  get failures(): readonly UnusableTool[] {
    return this.#failures;
  }

  /** Forgets what was listed, before the server is asked again. */
  clear(): void {
    this.#names = [];
    this.#failures = [];
  }

  /** Mends the tools of one page, and takes those out that cannot be used. */
  readonly mend = (result: Record<string, unknown>, isModern: boolean): void => {
    if (!Array.isArray(result.tools)) return;
    const tools = result.tools.filter((tool: unknown) => this.#isUsable(tool, isModern));
    this.#dropUnusableSchemas(tools);
    result.tools = tools;
  };

  /** Takes note of tools that the SDK took out: it must not list a tool whose `x-mcp-header` is wrong. */
  missing(kept: readonly { readonly name: string }[]): void {
    const names = new Set(kept.map(({ name }) => name));
    for (const name of this.#names.filter((name) => !names.has(name))) {
      this.#leaveOut(name, 'an "x-mcp-header" in its "inputSchema" is not what MCP allows');
    }
  }

  #isUsable(tool: unknown, isModern: boolean): tool is Record<string, unknown> {
    if (!isRecord(tool)) {
      this.#leaveOut(undefined, `it is ${kindOf(tool)}, not an object`);
      return false;
    }
    mendTool(tool, isModern);
    const name = typeof tool.name === "string" ? tool.name : undefined;
    const violation =
      specViolation("Tool", tool) ??
      (name === "" ? { path: ["name"], reason: "is empty" } : undefined) ??
      (isModern ? undefined : oldOutput(tool));
    if (violation === undefined) this.#names.push(String(name));
    else this.#leaveOut(name, `its ${shownName(pathText(violation.path))} ${violation.reason}`);
    return violation === undefined;
  }

  /** The SDK would refuse every call of a tool whose schema it cannot compile, before it sends the call. */
  #dropUnusableSchemas(tools: readonly Record<string, unknown>[]): void {
    const checked = tools.filter(({ outputSchema }) => isRecord(outputSchema));
    const schemas = checked.map(({ outputSchema }) => outputSchema as JsonSchemaType);
    const unusable = this.#validators.unusable(schemas);
    for (const tool of checked) {
      if (!unusable.has(tool.outputSchema as JsonSchemaType)) continue;
      delete tool.outputSchema;
      const name = String(tool.name);
      const message = `Cannot check the results of ${this.#named(name)}: its "outputSchema" cannot be compiled; the tool is listed without it`;
      const error = new TokenError("ERR_TOKEN_RESPONSE", message);
      this.#failures.push({ reason: "unusable-schema", tool: name, error });
    }
  }

  #named(tool: string | undefined): string {
    const what = tool === undefined ? "a tool without a name" : `the tool ${shownName(tool)}`;
    return `${what} of the MCP server ${shownName(this.#server.name)}`;
  }

  #leaveOut(tool: string | undefined, reason: string): void {
    const error = new TokenError(
      "ERR_TOKEN_RESPONSE",
      `Cannot use ${this.#named(tool)}: ${reason}`,
    );
    this.#failures.push({ reason: "unusable-tool", ...(tool !== undefined && { tool }), error });
  }
}

/** `null` for an optional member means that it is absent, also in those members that are objects of the specification. */
function mendTool(tool: Record<string, unknown>, isModern: boolean): void {
  dropNulls(tool);
  const { annotations, execution, icons, inputSchema, outputSchema } = tool;
  const described = [annotations, execution, ...(Array.isArray(icons) ? icons : [])];
  for (const member of described) if (isRecord(member)) dropNulls(member);
  if (isRecord(inputSchema)) mendSchema(inputSchema, { isObject: true });
  if (isRecord(outputSchema)) mendSchema(outputSchema, { isObject: !isModern });
}

/** The members of a JSON Schema that the MCP specification knows. `null` elsewhere in a schema may be meant. */
const SCHEMA_MEMBERS = ["$schema", "type", "properties", "required"];

/**
 * Arguments are always an object, and so are results before 2026. Thus a schema that allows an object among others, or says
 * nothing of a type, as `{}`, means objects. The specification wants it to say so.
 */
function mendSchema(
  schema: Record<string, unknown>,
  { isObject }: { readonly isObject: boolean },
): void {
  for (const name of SCHEMA_MEMBERS) if (schema[name] === null) delete schema[name];
  if (!isObject) return;
  const { type = "object" } = schema;
  schema.type = Array.isArray(type) && type.includes("object") ? "object" : type;
}

/** Before 2026, results are objects; the type of the SDK is that of later revisions. */
function oldOutput({ outputSchema }: Record<string, unknown>): SpecViolation | undefined {
  if (outputSchema === undefined) return undefined;
  const violation = specViolation("Tool", { name: "", inputSchema: outputSchema });
  return violation && { ...violation, path: ["outputSchema", ...violation.path.slice(1)] };
}
