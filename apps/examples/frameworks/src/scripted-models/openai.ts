import { type Model, type ModelRequest, type ModelResponse, Usage } from "@openai/agents";
import { toolAnswer } from "./tool-answer.ts";

/** Calls `identify` for the user that the prompt names, and then says what the tool answered. */
export const model: Model = {
  async getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    const last = typeof input === "string" ? undefined : input.at(-1);
    if (last?.type === "function_call_result") {
      return { usage: new Usage(), output: [message(toolAnswer(last.output))] };
    }
    const asked = typeof input === "string" ? input : (last as { content?: unknown }).content;
    return {
      usage: new Usage(),
      output: [
        {
          type: "function_call",
          callId: "1",
          name: "identify",
          arguments: JSON.stringify({ user: asked }),
          status: "completed",
        },
      ],
    };
  },
  getStreamedResponse() {
    throw new Error("It does not stream");
  },
};

function message(text: string): ModelResponse["output"][number] {
  const content = [{ type: "output_text" as const, text }];
  return { type: "message", role: "assistant", status: "completed", content };
}
