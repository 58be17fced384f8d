/**
 * Copies of a foreign error what cannot hold a secret: its name, its code, the system call and address of a failed
 * connection, the frames of its stack, and the same of its causes. Messages and bodies are left behind, since
 * errors of HTTP clients and parsers quote what they read.
 */
export function redactedCause(error: unknown): Error | undefined {
  return copy(error, MAX_DEPTH);
}

const MAX_DEPTH = 4;
const IDENTIFIER = /^[A-Za-z][\w.-]{0,63}$/;
const HOST = /^[\w.:%-]{1,253}$/;

function copy(error: unknown, depth: number): Error | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined;
  const { code } = error as { code?: unknown };
  const name = identifier(error.name) ?? "Error";
  const cause = copy(error.cause, depth - 1);
  const redacted = new Error(
    connection(error) ?? identifier(code) ?? name,
    cause === undefined ? undefined : { cause },
  );
  redacted.name = name;
  redacted.stack = [`${name}: ${redacted.message}`, ...frames(error)].join("\n");
  const safeCode = identifier(code);
  return safeCode === undefined ? redacted : Object.assign(redacted, { code: safeCode });
}

/** Says what Node's own message of a system error says, which others may have added to. */
function connection(error: Error): string | undefined {
  const { syscall, code, address, hostname, port } = error as unknown as Record<string, unknown>;
  const call = identifier(syscall);
  if (call === undefined) return undefined;
  const host = [address, hostname].find((name) => typeof name === "string" && HOST.test(name));
  const target = typeof port === "number" ? `${host ?? ""}:${port}` : host;
  return [call, identifier(code), target].filter((part) => part !== undefined).join(" ");
}

function identifier(value: unknown): string | undefined {
  return typeof value === "string" && IDENTIFIER.test(value) ? value : undefined;
}

function frames(error: Error): string[] {
  const lines = typeof error.stack === "string" ? error.stack.split("\n") : [];
  // A message of several lines could imitate a frame: only what follows the message counts.
  const skipped = error.message.split("\n").length;
  return lines.slice(skipped).filter((line) => /^ {4}at /.test(line));
}
