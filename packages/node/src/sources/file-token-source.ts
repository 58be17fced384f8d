import {
  type AccessToken,
  jwtExpiresAt,
  systemClock,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import {
  createWatchedFile,
  type WatchedFile,
  type WatchedFileOptions,
} from "../watched-file/watched-file.ts";
import { checkCall, foundToken, placeIdentity, tokenFromText } from "./token-text.ts";

/** Options of {@link fileTokenSource}. */
export type FileTokenSourceOptions = Pick<
  WatchedFileOptions<string>,
  "pollIntervalMs" | "onError" | "clock"
>;

const optionNames: OptionNames<FileTokenSourceOptions> = {
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
 * and renews. The file is looked at on each call; while it is half-written the last good token stays in use. The
 * end of the token is the `exp` of a JWT; another token has none.
 *
 * The source honours no field of a request. Its `getToken` throws `TokenError` with `ERR_TOKEN_SOURCE_UNAVAILABLE`
 * (no file), `ERR_TOKEN_CONFIG` (unreadable), `ERR_TOKEN_CREDENTIAL` (empty, expired, not a token) or
 * `ERR_TOKEN_REJECTED` (the file still holds the refused token).
 *
 * @example
 * ```ts
 * const source = fileTokenSource("/var/run/secrets/tokens/agent");
 * const { token } = await source.getToken();
 * ```
 * @throws TypeError if `path` is blank, or naming an option that is unknown or of a wrong type; RangeError if
 * `pollIntervalMs` is no usable duration.
 */
export function fileTokenSource(
  path: string,
  options: FileTokenSourceOptions = {},
): FileTokenSource {
  checkOptions(options, { doing: "read a token from a file", names: optionNames });
  const { clock = systemClock } = options;
  const holder = `file ${JSON.stringify(path)}`;
  const file: WatchedFile<string> = createWatchedFile(path, {
    ...options,
    parse: createTokenParser(holder),
  });
  return {
    identity: placeIdentity("file", file.path),
    async getToken(request, getOptions = {}) {
      checkCall(holder, { request, options: getOptions });
      getOptions.signal?.throwIfAborted();
      const token = await file.read();
      getOptions.signal?.throwIfAborted();
      return foundToken(token, { holder, clock }, getOptions);
    },
    close: () => file.close(),
  };
}

/** Once the file held a token that tells its end, one that does not is taken for a part of one. */
function createTokenParser(holder: string): (text: string) => string {
  let tellsEnd = false;
  return (text) => {
    const token = tokenFromText(text, holder);
    if (jwtExpiresAt(token) !== undefined) tellsEnd = true;
    else if (tellsEnd) {
      throw new TokenError(
        "ERR_TOKEN_CREDENTIAL",
        `Cannot use the token of ${holder}: it held a JWT with an exp and now holds something else, perhaps half a token`,
      );
    }
    return token;
  };
}
