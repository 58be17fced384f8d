import {
  BaseChatModel,
  type BaseChatModelCallOptions,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { toolAnswer } from "./tool-answer.ts";

/** Calls `identify` for the user that the prompt names, and then says what the tool answered. */
class ScriptedModel extends BaseChatModel<BaseChatModelCallOptions> {
  readonly #otherArguments: Record<string, unknown>;

  constructor(otherArguments: Record<string, unknown>) {
    super({});
    this.#otherArguments = otherArguments;
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const last = messages.at(-1);
    const message =
      last instanceof ToolMessage
        ? new AIMessage(toolAnswer(last.content))
        : new AIMessage({
            content: "",
            tool_calls: [
              { id: "1", name: "identify", args: { user: last?.text, ...this.#otherArguments } },
            ],
          });
    return { generations: [{ text: message.text, message }] };
  }
}

/** A model that leaves optional arguments out. */
export const model: BaseChatModel = new ScriptedModel({});

/** A model that gives `null` for them, as models do that must give every argument of a schema. */
export const nullGivingModel: BaseChatModel = new ScriptedModel({ greeting: null });
