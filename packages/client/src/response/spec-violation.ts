import { kindOf } from "@agent-oauth/core/internal";
import { type SpecTypeName, specTypeSchemas } from "@modelcontextprotocol/client";

/** The first member by which a value is not of a type of the MCP specification. */
export interface SpecViolation {
  /** The way to the member, such as `["inputSchema", "type"]`. */
  readonly path: readonly PropertyKey[];
  /** What is wrong with the member. Completes "its "type" …". */
  readonly reason: string;
}

/** Checks a value against a type of the MCP specification; `undefined` if it is of that type. */
export function specViolation(type: SpecTypeName, value: unknown): SpecViolation | undefined {
  const { issues } = specTypeSchemas[type]["~standard"].validate(value);
  const [issue] = issues ?? [];
  if (issue === undefined) return undefined;
  const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  return { path, reason: violationOf(value, path) };
}

/** The value of the member is not shown. */
function violationOf(value: unknown, path: readonly PropertyKey[]): string {
  const found = path.reduce((at: unknown, name) => Object(at)[name], value);
  return found === undefined ? "is missing" : `is ${kindOf(found)} that MCP does not allow`;
}

/** Writes the way to a member, such as `content[1].annotations`. */
export function pathText(path: readonly PropertyKey[]): string {
  const parts = path.map((part, index) => {
    if (typeof part === "number") return `[${part}]`;
    return index === 0 ? String(part) : `.${String(part)}`;
  });
  return parts.join("");
}
