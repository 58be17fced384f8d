import type { CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { McpTool } from "../servers/mcp-tools.ts";

/** A tool as a file describes it. */
interface WrittenTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly answer: z.core.util.JSONType;
}

const anything = z.looseObject({});

/** A tool that always has the same answer; two tools with the same answer are equal. */
class FixedTool implements McpTool {
  readonly name: string;
  readonly description: string;
  readonly input = anything;
  readonly answer: WrittenTool["answer"];

  constructor({ name, description = "Returns what the configuration says.", answer }: WrittenTool) {
    this.name = name;
    this.description = description;
    this.answer = answer;
  }

  run(): CallToolResult {
    const text = typeof this.answer === "string" ? this.answer : JSON.stringify(this.answer);
    return { content: [{ type: "text", text }] };
  }
}

/** Schema of a tool in a file. */
export const fixedTool: z.ZodType<McpTool> = z
  .strictObject({
    name: z.string().regex(/^[\w.-]+$/, 'must be letters, digits, "_", "-" and "."'),
    description: z.string().min(1).optional(),
    answer: z.json(),
  })
  .transform((written) => new FixedTool(written));
