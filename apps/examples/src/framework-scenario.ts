import { identification, type OpenAgent } from "./framework-agent.ts";
import { type FrameworkEnvironment, openFrameworkEnvironment } from "./framework-environment.ts";

/** What went over the wire, and what users saw of it. */
export interface ScenarioCounts {
  readonly toolCalls: number;
  readonly httpRequests: number;
  readonly tokenRequests: number;
  /** Calls with another user's token than that of the user they were made for. */
  readonly wrongUserCalls: number;
  /** Answers that were errors, or said something else. */
  readonly visibleFailures: number;
}

/** What was counted, and what is wrong with it. */
export interface ScenarioResult extends ScenarioCounts {
  /** One line each; none is the success. */
  readonly violations: readonly string[];
}

/** How long the scenario is. */
export interface ScenarioOptions {
  /** Calls for the two users in turn, at the end. Default 1 000. */
  readonly alternations?: number;
}

const USERS = ["alice", "bob"] as const;
const CALLS_IN_A_ROW = 5;
const CALLS_AT_ONCE = 4;
/** One token a user, and one more after theirs was revoked. */
const ENOUGH_TOKENS = 2 * USERS.length;
/** To open sessions twice, list tools, and have calls refused. */
const OTHER_REQUESTS = 60;

/**
 * Has an agent work for two users at a time. The token of each is revoked, and the server forgets its sessions, both
 * also under several calls of one user at once. Then the agent works for the two in turn.
 */
export async function playScenario(
  open: OpenAgent,
  { alternations = 1_000 }: ScenarioOptions = {},
): Promise<ScenarioResult> {
  await using environment = await openFrameworkEnvironment(USERS);
  const { controls } = environment.mock;
  const answers: Answer[] = [];
  {
    await using agent = await open(environment.surroundings);
    const ask = async (user: string) => {
      const said = await agent.ask(user).catch((error: unknown) => String(error));
      answers.push({ user, said });
    };
    const inARow = async (user: string) => {
      for (let call = 0; call < CALLS_IN_A_ROW; call++) await ask(user);
    };
    const atOnce = (user: string) => Promise.all(new Array(CALLS_AT_ONCE).fill(user).map(ask));
    await Promise.all(USERS.map(inARow));
    controls.revoke({ subject: "alice" });
    await Promise.all(USERS.map(inARow));
    controls.revoke({ subject: "bob" });
    await atOnce("bob");
    await controls.forgetSessions();
    await Promise.all([atOnce("alice"), inARow("bob")]);
    for (let call = 0; call < alternations; call++) await ask(USERS[call % 2] ?? "");
  }
  const counts = countAll(environment, answers);
  return { ...counts, violations: violationsOf(counts, answers) };
}

interface Answer {
  readonly user: string;
  readonly said: string;
}

function countAll(
  { mock, identifyCalls }: FrameworkEnvironment,
  answers: readonly Answer[],
): ScenarioCounts {
  // The server sees whom a tool call names; of a message to an A2A agent only its answer tells.
  const messages = mock.recorder.count({ route: "a2a", status: 200 });
  const wrongCalls = identifyCalls.filter(({ user, subject }) => user !== subject);
  const wrongAnswers = answers.filter(({ user, said }) =>
    USERS.some((other) => other !== user && said.includes(identification(user, other))),
  );
  return {
    toolCalls: identifyCalls.length + messages,
    httpRequests: mock.recorder.count({ listener: "gateway" }),
    tokenRequests: mock.recorder.count({ route: "token" }),
    wrongUserCalls: Math.max(wrongCalls.length, wrongAnswers.length),
    visibleFailures: answers.filter(isFailure).length,
  };
}

function isFailure({ user, said }: Answer): boolean {
  return said !== identification(user);
}

function violationsOf(counts: ScenarioCounts, answers: readonly Answer[]): readonly string[] {
  const { toolCalls, httpRequests, tokenRequests, wrongUserCalls, visibleFailures } = counts;
  const [failure] = answers.filter(isFailure);
  const successes = answers.length - visibleFailures;
  const expected: Readonly<Record<string, boolean>> = {
    "a call came with another user's token": wrongUserCalls === 0,
    [`more than one failure was seen, such as ${JSON.stringify(failure)}`]: visibleFailures <= 1,
    [`there were ${successes} answers to ${toolCalls} tool calls`]: toolCalls === successes,
    [`more than ${ENOUGH_TOKENS} tokens were requested`]: tokenRequests <= ENOUGH_TOKENS,
    "a tool call took more than one request": httpRequests <= toolCalls + OTHER_REQUESTS,
    "an answer holds a token": !answers.some(({ said }) => said.includes("eyJ")),
  };
  return Object.keys(expected).filter((violation) => !expected[violation]);
}
