import { redactedCause, TokenError } from "@agent-oauth/core";

/** What the usual failures of the file system mean, for the person who repairs them. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "it is not a directory, or one of its parents is not",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
};

/**
 * Turns a failure of the file system into a {@link TokenError} that names the path: `ERR_TOKEN_SOURCE_UNAVAILABLE` if
 * nothing exists there, else `ERR_TOKEN_CONFIG`.
 */
export function fileError(path: string, error: unknown): TokenError {
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" ? code : "unknown error";
  return new TokenError(
    known === "ENOENT" ? "ERR_TOKEN_SOURCE_UNAVAILABLE" : "ERR_TOKEN_CONFIG",
    `Cannot read ${JSON.stringify(path)}: ${REASONS[known] ?? known}`,
    { cause: redactedCause(error) },
  );
}
