import {
  BaseLlm,
  type BaseLlmConnection,
  type BaseToolset,
  InMemorySessionService,
  LlmAgent,
  type LlmRequest,
  type LlmResponse,
  Runner,
} from "@google/adk";

/** A model that calls every tool it is offered, once and all together, and then says that it is done. */
class EagerLlm extends BaseLlm {
  constructor() {
    super({ model: "eager" });
  }

  override async *generateContentAsync(request: LlmRequest): AsyncGenerator<LlmResponse, void> {
    const answered = request.contents.at(-1)?.parts?.some((part) => part.functionResponse);
    const calls = Object.keys(request.toolsDict).map((name) => ({
      functionCall: { name, args: {} },
    }));
    yield { content: { role: "model", parts: answered ? [{ text: "done" }] : calls } };
  }

  override connect(): Promise<BaseLlmConnection> {
    throw new Error("There is no live mode");
  }
}

/** Returns a function that runs an agent with these tools for a user, and yields what the tools answered. */
export function adkAgent(toolset: BaseToolset): (userId: string) => Promise<unknown[]> {
  const runner = new Runner({
    appName: "e2e",
    agent: new LlmAgent({ name: "clerk", model: new EagerLlm(), tools: [toolset] }),
    sessionService: new InMemorySessionService(),
  });
  return async (userId) => {
    const answers: unknown[] = [];
    const newMessage = { role: "user", parts: [{ text: "Who am I?" }] };
    for await (const { content } of runner.runEphemeral({ userId, newMessage })) {
      for (const { functionResponse } of content?.parts ?? []) {
        if (functionResponse) answers.push(functionResponse.response);
      }
    }
    return answers;
  };
}
