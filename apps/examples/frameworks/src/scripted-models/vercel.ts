import { MockLanguageModelV4 } from "ai/test";
import { toolAnswer } from "./tool-answer.ts";

/** Calls `identify` for the user that the prompt names, and then says what the tool answered. */
export const model = new MockLanguageModelV4({
  async doGenerate({ prompt, tools = [] }) {
    const last = prompt.at(-1);
    const [part] = last?.role === "tool" || last?.role === "user" ? last.content : [];
    // Mastra puts the server's name before it.
    const toolName = tools.find(({ name }) => name.endsWith("identify"))?.name ?? "";
    const input = JSON.stringify({ user: part?.type === "text" ? part.text : "" });
    const isDone = part?.type === "tool-result";
    return {
      content: [
        isDone
          ? { type: "text", text: toolAnswer(part.output) }
          : { type: "tool-call", toolCallId: "1", toolName, input },
      ],
      finishReason: { unified: isDone ? "stop" : "tool-calls", raw: undefined },
      usage: {
        inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 0, text: 0, reasoning: 0 },
      },
      warnings: [],
    };
  },
});
