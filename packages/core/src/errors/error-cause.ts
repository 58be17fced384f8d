import { errorChain, foreignMember } from "./foreign-error.ts";
import { stackFrames } from "./stack-frames.ts";

/**
 * Copies those parts of a foreign error that cannot hold a secret: its name, its code, the system call and address of a failed
 * connection, the frames of its stack, and the same parts of its causes, four errors in all. It drops messages and bodies,
 * since errors of HTTP clients and parsers quote what they read. Each copied part has a maximum length and must match a
 * pattern: a name looks like a class name, a code like `ECONNRESET`, `ERR_INVALID_URL` or `invalid_grant`, a frame like a
 * frame of V8.
 */
export function redactedCause(error: unknown): Error | undefined {
  return errorChain(error).reduceRight<Error | undefined>(copy, undefined);
}

/** Letters, and at most one digit among them. Random text has more digits. */
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

/** Rebuilds Node's message of a system error. The original message may hold text that other code added. */
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
