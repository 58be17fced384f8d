import { TokenError } from "@agent-oauth/core";
import { kindOf, shownName } from "@agent-oauth/core/internal";
import type { SpecTypeName } from "@modelcontextprotocol/client";
import { dropNulls, isRecord } from "../response/drop-nulls.ts";
import { pathText, specViolation } from "../response/spec-violation.ts";

/** A part of a tool's result that is left out, since nobody could read it. */
export interface ResultFailure {
  /** Where it was, as in `content[1].annotations`. */
  readonly member: string;
  readonly error: TokenError;
}

/**
 * The result of one tool call, whose parts are judged one by one: the tool has run, so the call must not fail for a part that
 * the MCP SDK does not read.
 */
export class ToolOutput {
  readonly #doing: string;
  #failures: ResultFailure[] = [];

  /** @param doing completes "Cannot …". */
  constructor(doing: string) {
    this.#doing = doing;
  }

  /** The parts that are left out. */
  get failures(): readonly ResultFailure[] {
    return this.#failures;
  }

  /** Mends a result, and takes those parts out that cannot be read. */
  readonly mend = (result: Record<string, unknown>, isModern: boolean): void => {
    this.#failures = [];
    const { content, structuredContent } = result;
    if (structuredContent !== undefined) {
      if (content === undefined) result.content = [];
      if (!isModern && !isRecord(structuredContent)) this.#withoutStructure(result);
    }
    if (!Array.isArray(content) || content.every(isPlainText)) return;
    result.content = content.filter((block: unknown, index) => this.#isReadable(block, index));
  };

  /** Before 2026, structured content is an object. */
  #withoutStructure(result: Record<string, unknown>): void {
    const { structuredContent } = result;
    delete result.structuredContent;
    if (structuredContent !== null) {
      this.#leaveOut(["structuredContent"], `is ${kindOf(structuredContent)}, not an object`);
    }
  }

  #isReadable(block: unknown, index: number): boolean {
    if (!isRecord(block)) return this.#leaveOut(["content", index], `is ${kindOf(block)}`);
    mendBlock(block);
    const type = TYPES.get(block.type);
    if (type === undefined) {
      return this.#leaveOut(["content", index], "is of a type that the MCP SDK does not know");
    }
    for (;;) {
      const violation = specViolation(type, block);
      if (violation === undefined) return true;
      const [member = ""] = violation.path;
      if (!HINTS.has(member) || block[String(member)] === undefined) {
        const { path, reason } = violation;
        return this.#leaveOut(
          ["content", index],
          `cannot be used: its ${shownName(pathText(path))} ${reason}`,
        );
      }
      // What only describes the block is not worth the block.
      delete block[String(member)];
      this.#leaveOut(["content", index, member], "is not what MCP allows");
    }
  }

  #leaveOut(path: readonly PropertyKey[], reason: string): false {
    const member = pathText(path);
    const message = `Cannot ${this.#doing} without loss: ${shownName(member)} of its result ${reason}; it is left out`;
    this.#failures.push({ member, error: new TokenError("ERR_TOKEN_RESPONSE", message) });
    return false;
  }
}

const TYPES = new Map<unknown, SpecTypeName>([
  ["text", "TextContent"],
  ["image", "ImageContent"],
  ["audio", "AudioContent"],
  ["resource_link", "ResourceLink"],
  ["resource", "EmbeddedResource"],
]);

/** Members that only describe a block. */
const HINTS = new Set<PropertyKey>([
  "annotations",
  "icons",
  "_meta",
  "title",
  "description",
  "size",
]);

/** Nearly all results are such blocks, which need no look at each member. */
function isPlainText(block: unknown): boolean {
  return (
    isRecord(block) &&
    block.type === "text" &&
    typeof block.text === "string" &&
    block.annotations === undefined &&
    block._meta === undefined
  );
}

function mendBlock(block: Record<string, unknown>): void {
  dropNulls(block);
  const { annotations, icons, resource } = block;
  const described = [annotations, resource, ...(Array.isArray(icons) ? icons : [])];
  for (const member of described) if (isRecord(member)) dropNulls(member);
}
