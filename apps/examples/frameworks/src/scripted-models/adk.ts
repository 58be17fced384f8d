import { BaseLlm, type BaseLlmConnection, type LlmRequest, type LlmResponse } from "@google/adk";
import { toolAnswer } from "./tool-answer.ts";

/** Calls `identify` for the user that the prompt names, and then says what the tool answered. */
class ScriptedModel extends BaseLlm {
  override async *generateContentAsync({
    contents,
  }: LlmRequest): AsyncGenerator<LlmResponse, void> {
    const [part] = contents.at(-1)?.parts ?? [];
    const result = part?.functionResponse?.response;
    const said =
      result === undefined
        ? { functionCall: { name: "identify", args: { user: part?.text } } }
        : { text: toolAnswer(result) };
    yield { content: { role: "model", parts: [said] } };
  }

  override connect(): Promise<BaseLlmConnection> {
    throw new Error("There is no live mode");
  }
}

/** The model of the ADK recipe. */
export const model: BaseLlm = new ScriptedModel({ model: "scripted" });
