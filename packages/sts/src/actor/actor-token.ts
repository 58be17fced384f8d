import {
  type AccessToken,
  type Clock,
  fromTokenProvider,
  jwtExpiresAt,
  type ProvidedToken,
  staticTokenSource,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkOptions,
  foundInsteadOfBearer,
  type OptionNames,
  retoldError,
  shownName,
  textOption,
  timeLimit,
  withinDeadline,
  withoutBearer,
} from "@agent-oauth/core/internal";
import { fileTokenSource } from "@agent-oauth/node";
import { invalidOption } from "../checks/invalid-option.ts";
import { tokenTypes } from "../checks/token-types.ts";

/** The actor: who acts on behalf of the subjects (RFC 8693 §1.1). */
export interface StsActor {
  /** Its stable name, which identifies the actor in cache keys although its token changes. It is not sent. */
  readonly name: string;
  /**
   * Its token: the token itself; a function that yields it and is called again when the token expires; or a file, such as the
   * token of a Kubernetes service account, which is read for each exchange if it changed.
   */
  readonly token: string | ActorTokenFunction | { readonly file: string };
  /** The type of its token. Default `tokenTypes.jwt`. */
  readonly tokenType?: string;
}

/** Yields the actor's token. It is kept until it expires: the earliest of `expiresAt`, `expiresIn` and the JWT's `exp`, else five minutes. */
export type ActorTokenFunction = () => string | ProvidedToken | Promise<string | ProvidedToken>;

/** A source of one actor's token. */
export interface ActorToken {
  readonly name: string;
  readonly tokenType: string;
  /** @throws TokenError that says that the actor's token could not be obtained, or not be used. */
  get(options: { readonly signal: AbortSignal | undefined }): Promise<string>;
  close(): void;
}

const DOING = "create a token source";
const NAMES: OptionNames<StsActor> = { name: true, token: true, tokenType: true };

/** Which clock tells whether an actor's token has expired, and how long to wait for it. */
export interface ActorTokenOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Makes the source of an actor's token.
 *
 * @throws TypeError naming the member that is wrong.
 */
export function actorToken(actor: StsActor, options: ActorTokenOptions): ActorToken {
  checkOptions(actor, {
    required: true,
    doing: DOING,
    names: NAMES,
    what: '"actor"',
    member: "member of an actor",
  });
  const { name, tokenType = tokenTypes.jwt } = actor;
  textOption(name, { option: "actor.name", doing: DOING });
  textOption(tokenType, { option: "actor.tokenType", doing: DOING });
  const { source, close } = sourceOf(actor, options);
  return {
    name,
    tokenType,
    close,
    async get({ signal }) {
      try {
        return usable(await source.getToken({}, signal && { signal }), options.clock).token;
      } catch (error) {
        throw signal?.aborted ? signal.reason : actorError(error, name);
      }
    },
  };
}

function sourceOf(
  { token }: StsActor,
  { clock, timeoutMs }: ActorTokenOptions,
): { readonly source: TokenSource; readonly close: () => void } {
  if (typeof token === "string" && token.trim() !== "") {
    return { source: sourceOfOne(token, clock), close: () => {} };
  }
  if (typeof token === "function") {
    const source = fromTokenProvider(() => token(), { clock, timeoutMs });
    return { source, close: () => source.close() };
  }
  if (typeof token === "object" && typeof token?.file === "string" && token.file.trim() !== "") {
    checkOptions(token, {
      doing: DOING,
      names: { file: true },
      what: '"actor.token"',
      member: "member of an actor's token",
    });
    return sourceOfFile(token.file, { clock, timeoutMs });
  }
  return invalidOption("actor.token", "must be a token, a function or { file }");
}

/** A file system may never answer: the exchange must not wait longer for it than for a function. */
function sourceOfFile(path: string, { clock, timeoutMs }: ActorTokenOptions) {
  const file = fileTokenSource(path, { clock });
  const limit = timeLimit(`read file ${JSON.stringify(path)}`, timeoutMs);
  const source: TokenSource = {
    identity: file.identity,
    getToken: (request, options) =>
      withinDeadline({ ...limit, signals: [options?.signal] }, ({ signal }) =>
        file.getToken(request, { ...options, signal }),
      ),
  };
  return { source, close: () => file.close() };
}

function sourceOfOne(text: string, clock: Clock): TokenSource {
  const token = withoutBearer(text);
  const found = foundInsteadOfBearer(token);
  if (found !== undefined) return invalidOption("actor.token", `is ${found}; give the token alone`);
  try {
    return staticTokenSource({ token, expiresAt: jwtExpiresAt(token) }, { clock });
  } catch {
    return invalidOption("actor.token", "must be of at most 65 536 characters");
  }
}

function usable(token: AccessToken, clock: Clock): AccessToken {
  const { expiresAt } = token;
  if (expiresAt === undefined || expiresAt > clock.now()) return token;
  const at = new Date(expiresAt).toISOString();
  throw new TokenError("ERR_TOKEN_CREDENTIAL", `Cannot use a token: it expired at ${at}`);
}

/** A missing actor is a wrong credential here, not a flow that is not configured. */
function actorError(error: unknown, name: string): unknown {
  if (!TokenError.isInstance(error)) return error;
  const absent = error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE" || error.code === "ERR_TOKEN_CONFIG";
  return retoldError(error, `Cannot act as ${shownName(name)}: ${error.message}`, {
    code: absent ? "ERR_TOKEN_CREDENTIAL" : error.code,
    cause: error,
  });
}
