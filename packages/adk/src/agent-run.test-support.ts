import {
  BaseLlm,
  type BaseLlmConnection,
  BasePlugin,
  type BaseTool,
  type BaseToolset,
  type Event,
  InMemorySessionService,
  LlmAgent,
  type LlmRequest,
  type LlmResponse,
  Runner,
  setLogger,
} from "@google/adk";

// ADK would write every plugin and failure to the console.
setLogger(null);

/** What the model is told to call. */
export interface WantedCall {
  readonly name: string;
  readonly args?: Record<string, unknown>;
}

/** A model that makes the calls that the user's message lists as JSON, all at once, and then says "done". */
export class ScriptedLlm extends BaseLlm {
  /** What it was sent, in order. */
  readonly requests: LlmRequest[] = [];
  /** Called before each answer. */
  beforeAnswer: () => void | Promise<void> = () => {};

  constructor() {
    super({ model: "scripted" });
  }

  override async *generateContentAsync(request: LlmRequest): AsyncGenerator<LlmResponse, void> {
    this.requests.push(request);
    const [last] = request.contents.at(-1)?.parts ?? [];
    const wanted = last?.text === undefined ? [] : (JSON.parse(last.text) as WantedCall[]);
    await this.beforeAnswer();
    const calls = wanted.map(({ name, args = {} }) => ({ functionCall: { name, args } }));
    yield { content: { role: "model", parts: calls.length > 0 ? calls : [{ text: "done" }] } };
  }

  override connect(): Promise<BaseLlmConnection> {
    throw new Error("there is no live mode");
  }
}

/** Makes a run throw at its next event while it is armed. */
export class FaultyPlugin extends BasePlugin {
  armed = false;

  constructor() {
    super("faulty");
  }

  override async onEventCallback(): Promise<undefined> {
    if (this.armed) throw new Error("the plugin is armed");
  }
}

type Tools = BaseTool | BaseToolset;

/** One run of {@link agentOf}. */
export interface RunOptions {
  readonly user?: string;
  /** Default: a session of the user's own. */
  readonly session?: string;
  readonly calls?: readonly (string | WantedCall)[];
  /** Session state; default: an `Authorization` header with the user's name as the token. */
  readonly state?: Record<string, unknown>;
  readonly signal?: AbortSignal;
}

/** A real ADK runner with a scripted model. */
export function agentOf(tools: Tools | readonly Tools[], plugins: BasePlugin[] = []) {
  const llm = new ScriptedLlm();
  const agent = new LlmAgent({
    name: "clerk",
    model: llm,
    tools: [tools].flat() as Tools[],
  });
  const sessionService = new InMemorySessionService();
  const runner = new Runner({ appName: "test", agent, sessionService, plugins });

  async function* events(options: RunOptions = {}): AsyncGenerator<Event, void> {
    const { user = "alice", session = user, calls = [], signal } = options;
    const { state = { headers: { Authorization: `Bearer ${user}` } } } = options;
    const found = { appName: "test", userId: user, sessionId: session };
    await sessionService.getOrCreateSession(found);
    const wanted = calls.map((call) => (typeof call === "string" ? { name: call } : call));
    yield* runner.runAsync({
      ...found,
      newMessage: { role: "user", parts: [{ text: JSON.stringify(wanted) }] },
      stateDelta: state,
      ...(signal && { abortSignal: signal }),
    });
  }

  /** Runs to the end. */
  const run = (options: RunOptions = {}) => answersOf(events(options));

  return { llm, events, run };
}

/** What the tools answered in the rest of a run, in order. */
export async function answersOf(events: AsyncIterable<Event>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for await (const { content } of events) {
    for (const { functionResponse } of content?.parts ?? []) {
      if (functionResponse) answers.push(functionResponse.response);
    }
  }
  return answers;
}

/** The text that {@link textResult} made. */
export function textOf(answer: unknown): unknown {
  return (answer as { content: { text: unknown }[] }).content[0]?.text;
}
