import { redactedCause, TokenError } from "@agent-oauth/core";
import { kindOf } from "@agent-oauth/core/internal";
import type { ReadonlyContext } from "@google/adk";

/** Returns the token of the user on whose behalf a run acts. A leading "Bearer " is dropped. */
export type SubjectToken = (
  context: ReadonlyContext,
) => string | undefined | Promise<string | undefined>;

/** Options that identify the user of a run. */
export interface UserOptions {
  /** Returns the subject token; called at each tool call. Default: {@link headerSubjectToken}. */
  readonly subjectToken?: SubjectToken;
  /**
   * Returns the user's stable name, unique among all users. MCP sessions and tool lists then outlast the subject token. Default:
   * the token's hash identifies the user.
   */
  readonly principal?: (context: ReadonlyContext) => string;
  /** Returns the tenant of the run. Default: no tenant. */
  readonly tenant?: (context: ReadonlyContext) => string;
}

/** The user of a run, in the form that `client` takes. */
export interface RunUser {
  readonly userToken: string;
  readonly principal?: string;
  readonly tenant?: string;
}

/**
 * Returns the token of the header `Authorization` or `authorization` in the session state under `headers`; `undefined` if the
 * header is missing or has another scheme.
 *
 * @throws TypeError if `context` is not the context of a run.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function headerSubjectToken(context: ReadonlyContext): string | undefined {
  if (typeof context?.state?.get !== "function") {
    throw new TypeError(
      `Cannot find the subject token: "context" must be the context of a run, not ${kindOf(context)}`,
    );
  }
  const headers = context.state.get<Readonly<Record<string, unknown>>>("headers");
  const value = headers?.Authorization ?? headers?.authorization;
  if (typeof value !== "string") return undefined;
  return /^bearer +(\S+)\s*$/i.exec(value)?.[1];
}

/**
 * Finds the user of a run.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if there is no subject token, `ERR_TOKEN_PROVIDER` if a function fails.
 */
export async function runUser(
  context: ReadonlyContext,
  { subjectToken = headerSubjectToken, principal, tenant }: UserOptions,
): Promise<RunUser> {
  const userToken = await answerOf("subjectToken", () => subjectToken(context));
  if (userToken === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot act for the user of the run: "subjectToken" returned no subject token',
    );
  }
  return {
    userToken,
    ...(principal && { principal: await answerOf("principal", () => principal(context)) }),
    ...(await runTenant(context, { tenant })),
  };
}

/** Returns the tenant of a run. It throws the same errors as {@link runUser}. */
export async function runTenant(
  context: ReadonlyContext,
  { tenant }: { readonly tenant?: UserOptions["tenant"] | undefined },
): Promise<Pick<RunUser, "tenant">> {
  if (tenant === undefined) return {};
  return { tenant: await answerOf("tenant", () => tenant(context)) };
}

/** Calls a user's function and wraps its error, since ADK shows the model the message of every error that a tool throws. */
async function answerOf<R>(name: keyof UserOptions, ask: () => R): Promise<Awaited<R>> {
  try {
    return await ask();
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    throw new TokenError(
      "ERR_TOKEN_PROVIDER",
      `Cannot act for the user of the run: the function "${name}" failed`,
      { cause: redactedCause(error) },
    );
  }
}
