import type { McpToolResult } from "@agent-oauth/client";
import { type ContentBlock, type MessageContent, ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { McpToolError } from "./mcp-tool-error.ts";

type McpBlock = McpToolResult["content"][number];

/** What a LangChain tool of the format `content_and_artifact` returns. */
export type ToolOutput = [content: MessageContent | ToolMessage, artifact: unknown];

/**
 * Returns what the model reads of a result, and the whole result beside it.
 *
 * @throws McpToolError if the tool says that it failed.
 */
export function toolOutput(result: McpToolResult): ToolOutput {
  if (!result.isError) return [modelContent(result), result];
  const text = result.text.trim() === "" ? "The tool failed and does not say why" : result.text;
  throw new McpToolError(text, result);
}

/** Returns a failure for the model to read. Without a tool call there is no message to mark as one. */
export function failedOutput(error: unknown, toolCall: ToolCall | undefined): ToolOutput {
  const content = error instanceof Error ? error.message : String(error);
  const artifact = error instanceof McpToolError ? error.result : undefined;
  if (toolCall?.id === undefined) return [content, artifact];
  const { id, name } = toolCall;
  return [
    new ToolMessage({ content, artifact, tool_call_id: id, name, status: "error" }),
    artifact,
  ];
}

/** A result of texts alone is a text, and a result without any content its structured content. */
function modelContent({ content, structuredContent }: McpToolResult): MessageContent {
  if (content.length === 0 && structuredContent !== undefined) {
    return JSON.stringify(structuredContent);
  }
  const blocks = content.map(modelBlock);
  const texts = blocks.map((block) => (block.type === "text" ? String(block.text) : undefined));
  return texts.includes(undefined) ? blocks : texts.join("\n");
}

/** Models read texts and images. Of everything else they are told what it is; the artifact has it. */
function modelBlock(block: McpBlock): ContentBlock {
  switch (block.type) {
    case "text":
      return text(block.text);
    case "image":
      // The form that the chat models of all providers take.
      return {
        type: "image_url",
        image_url: { url: `data:${block.mimeType};base64,${block.data}` },
      };
    case "resource":
      if ("text" in block.resource) return text(block.resource.text);
      return text(notShown(block.resource.mimeType, block.resource.uri));
    case "resource_link":
      return text(
        [block.title ?? block.name, block.description, block.uri].filter(Boolean).join("\n"),
      );
    default:
      return text(notShown("mimeType" in block ? block.mimeType : undefined));
  }
}

function text(text: string): ContentBlock {
  return { type: "text", text };
}

function notShown(mimeType: string | undefined, uri?: string): string {
  const what = [mimeType ?? "binary data", uri].filter(Boolean).join(", ");
  return `[${what}: not shown]`;
}
