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
import { checkOptions, type OptionNames, shownName } from "@agent-oauth/core/internal";
import { fileTokenSource } from "@agent-oauth/node";
import { refuseOption as refuse } from "../checks/invalid-option.ts";
import { tokenTypes } from "../checks/token-types.ts";

/** Who acts on behalf of the subjects (RFC 8693 §1.1). */
export interface StsActor {
  /** Its stable name: it stands for the actor in cache keys, whatever its token is at the time. It is not sent. */
  readonly name: string;
  /**
   * Its token: the token itself; a function that yields it and is asked again when it ends; or a file, such as the
   * token of a Kubernetes service account, that is looked at for each exchange.
   */
  readonly token: string | ActorTokenFunction | { readonly file: string };
  /** What its token is. Default `tokenTypes.jwt`. */
  readonly tokenType?: string;
}

/** Yields the actor's token, now or later. It is kept until its end: `expiresAt`, `expiresIn` or the JWT's `exp`, else for five minutes. */
export type ActorTokenFunction = () => string | ProvidedToken | Promise<string | ProvidedToken>;

/** A source of one actor's token. */
export interface ActorToken {
  readonly name: string;
  readonly tokenType: string;
  /** @throws TokenError that says that it is the actor's token which could not be had, or used. */
  get(options: { readonly signal: AbortSignal | undefined }): Promise<string>;
  close(): void;
}

const NAMES: OptionNames<StsActor> = { name: true, token: true, tokenType: true };

/** What an actor's token is judged and limited by. */
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
  checkOptions(actor ?? null, {
    doing: "create a token source",
    names: NAMES,
    what: '"actor"',
    member: "member of an actor",
  });
  const { name, tokenType = tokenTypes.jwt } = actor;
  for (const [member, value] of Object.entries({ name, tokenType })) {
    if (typeof value !== "string" || value.trim() === "") {
      refuse(`actor.${member}`, "must be a string that is not blank");
    }
  }
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
    return { source: sourceOfOne(token), close: () => {} };
  }
  if (typeof token === "function") {
    const source = fromTokenProvider(() => token(), { clock, timeoutMs });
    return { source, close: () => source.close() };
  }
  if (typeof token === "object" && typeof token?.file === "string" && token.file.trim() !== "") {
    checkOptions(token, {
      doing: "create a token source",
      names: { file: true },
      what: '"actor.token"',
      member: "member of an actor's token",
    });
    const source = fileTokenSource(token.file, { clock });
    return { source, close: () => source.close() };
  }
  return refuse("actor.token", "must be a token, a function or { file }");
}

function sourceOfOne(text: string): TokenSource {
  const token = text.trim().replace(/^bearer(?:\s+|$)/i, "");
  try {
    return staticTokenSource({ token, expiresAt: jwtExpiresAt(token) });
  } catch {
    return refuse(
      "actor.token",
      "must be of at most 65 536 characters, without control characters",
    );
  }
}

function usable(token: AccessToken, clock: Clock): AccessToken {
  const { expiresAt } = token;
  if (expiresAt === undefined || expiresAt > clock.now()) return token;
  const at = new Date(expiresAt).toISOString();
  throw new TokenError("ERR_TOKEN_CREDENTIAL", `Cannot use a token: it expired at ${at}`);
}

/** An actor that is missing is a wrong credential here, not a flow that is not configured. */
function actorError(error: unknown, name: string): unknown {
  if (!TokenError.isInstance(error)) return error;
  const absent = error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE" || error.code === "ERR_TOKEN_CONFIG";
  return new TokenError(
    absent ? "ERR_TOKEN_CREDENTIAL" : error.code,
    `Cannot act as ${shownName(name)}: ${error.message}`,
    {
      cause: error,
      status: error.status,
      oauthError: error.oauthError,
      retryAfterMs: error.retryAfterMs,
      retryable: error.retryable,
    },
  );
}
