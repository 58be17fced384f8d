import { errorChain, foreignMember } from "./foreign-error.ts";
import { stackFrames } from "./stack-frames.ts";

/**
 * Copies of a foreign error what cannot hold a secret: its name, its code, the system call and address of a failed
 * connection, the frames of its stack, and the same of its causes, four errors in all. Messages and bodies are left behind,
 * since errors of HTTP clients and parsers quote what they read. What is copied is bounded and looks like what it should be:
 * a name like that of a class, a code like `ECONNRESET`, `ERR_INVALID_URL` or `invalid_grant`, a frame like one of V8.
 */
export function redactedCause(error: unknown): Error | undefined {
  return errorChain(error).reduceRight<Error | undefined>(copy, undefined);
}

/** Letters, and at most one digit among them: random text has more. */
const NAME = /^[A-Za-z]{1,48}(?:\d[A-Za-z]{1,24})?$/;
const CODE = /^[A-Z][A-Z0-9]{0,23}(?:_[A-Z0-9]{1,23}){0,9}$/;
const WORDS = /^[A-Za-z]{1,24}(?:[_-][A-Za-z]{1,24}){0,4}$/;
const HOST = /^[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_-]{1,63}){0,20}$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9]{1,16})?$/;

function copy(cause: Error | undefined, error: Error): Error {
  const name = text(foreignMember(error, "name"), NAME) ?? "Error";
  const code = codeOf(foreignMember(error, "code"));
  const message = connection(error, code) ?? code ?? name;
  const redacted = new Error(message, cause === undefined ? undefined : { cause });
  redacted.name = name;
  redacted.stack = [`${name}: ${message}`, ...stackFrames(error)].join("\n");
  return code === undefined ? redacted : Object.assign(redacted, { code });
}

/** Says what Node's own message of a system error says, which others may have added to. */
function connection(error: Error, code: string | undefined): string | undefined {
  const call = text(foreignMember(error, "syscall"), WORDS);
  if (call === undefined) return undefined;
  const host = hostOf(foreignMember(error, "address")) ?? hostOf(foreignMember(error, "hostname"));
  const port = foreignMember(error, "port");
  const isPort = Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535;
  const target = isPort ? `${host ?? ""}:${port}` : host;
  return [call, code, target].filter((part) => part !== undefined).join(" ");
}

function codeOf(value: unknown): string | undefined {
  return text(value, CODE) ?? text(value, WORDS);
}

function hostOf(value: unknown): string | undefined {
  return text(value, HOST) ?? text(value, IPV6);
}

function text(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}
