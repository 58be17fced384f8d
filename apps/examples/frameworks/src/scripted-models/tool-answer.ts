/** Finds in a tool's result, however its framework wraps it, what `identify` answered; else returns all of it. */
export function toolAnswer(result: unknown): string {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return /\w+ by the token of \w+/.exec(text)?.[0] ?? text;
}
