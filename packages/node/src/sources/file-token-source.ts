import {
  type AccessToken,
  jwtExpiresAt,
  systemClock,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkOptions,
  identityDigest,
  type OptionNames,
  untilAborted,
} from "@agent-oauth/core/internal";
import {
  createWatchedFile,
  type WatchedFile,
  type WatchedFileOptions,
} from "../watched-file/watched-file.ts";
import { checkCall, foundToken, tokenFromText } from "./token-text.ts";

const OPTIONS: OptionNames<FileTokenSourceOptions> = {
  pollIntervalMs: true,
  onError: true,
  clock: true,
};

/** A source of the token that a file holds. */
export interface FileTokenSource extends TokenSource<AccessToken> {
  /** Ends the watch of the file. */
  close(): void;
}

/**
 * Yields the token that a file holds as plain text, such as the service account token that Kubernetes projects into a pod
 * and renews. Each call looks at the file; while it is half-written, the last good token stays in use. The expiry is the
 * `exp` of a JWT; that of any other token is not known.
 *
 * The source supports no field of a request. Its `getToken` throws `TokenError` with `ERR_TOKEN_SOURCE_UNAVAILABLE`
 * (no file), `ERR_TOKEN_CONFIG` (unreadable), `ERR_TOKEN_CREDENTIAL` (empty, expired, not a token) or
 * `ERR_TOKEN_REJECTED` (the file still holds the refused token).
 *
 * @example
 * ```ts
 * const source = fileTokenSource("/var/run/secrets/tokens/agent");
 * const { token } = await source.getToken();
 * ```
 * @throws TypeError if `path` is blank, or naming an option that is unknown or of a wrong type; RangeError if
 * `pollIntervalMs` is out of range.
 */
export function fileTokenSource(
  path: string,
  options: FileTokenSourceOptions = {},
): FileTokenSource {
  checkOptions(options, { doing: "read a token from a file", names: OPTIONS });
  const { clock = systemClock } = options;
  const holder = `file ${JSON.stringify(path)}`;
  const file: WatchedFile<string> = createWatchedFile(path, {
    ...options,
    parse: createTokenParser(holder),
  });
  return {
    identity: identityDigest("file", file.path),
    sharing: "a file of this name may hold another token on another machine",
    async getToken(request, getOptions = {}) {
      checkCall(holder, { request, options: getOptions });
      getOptions.signal?.throwIfAborted();
      const token = await untilAborted(file.read(), getOptions.signal);
      return foundToken(token, { holder, clock }, getOptions);
    },
    close: () => file.close(),
  };
}

/** Options of {@link fileTokenSource}. */
export type FileTokenSourceOptions = Pick<
  WatchedFileOptions<string>,
  "pollIntervalMs" | "onError" | "clock"
>;

/** Makes a parser that takes a text for half a token if it has no expiry and an earlier token had one. */
function createTokenParser(holder: string): (text: string) => string {
  let hasExpiry = false;
  return (text) => {
    const token = tokenFromText(text, holder);
    if (jwtExpiresAt(token) !== undefined) hasExpiry = true;
    else if (hasExpiry) {
      throw new TokenError(
        "ERR_TOKEN_CREDENTIAL",
        `Cannot use the token of ${holder}: it held a JWT with an exp and now holds something else, perhaps half a token`,
      );
    }
    return token;
  };
}
