import { redactedCause, TokenError } from "@agent-oauth/core";
import type { ReadonlyContext } from "@google/adk";

/** Finds the token of the user on whose behalf a run acts. A leading "Bearer " is dropped. */
export type SubjectToken = (
  context: ReadonlyContext,
) => string | undefined | Promise<string | undefined>;

/** How the user behind a run is found. */
export interface UserOptions {
  /** Asked at each tool call. Default: {@link headerSubjectToken}. */
  readonly subjectToken?: SubjectToken;
  /**
   * The user's stable name, unique among all users: MCP sessions and lists of tools then outlast the subject token.
   * Default: the token's hash stands for the user.
   */
  readonly principal?: (context: ReadonlyContext) => string;
  /** The tenant that the run is for. Default: none. */
  readonly tenant?: (context: ReadonlyContext) => string;
}

/** The user behind a run, as `client` is told. */
export interface RunUser {
  readonly userToken: string;
  readonly principal?: string;
  readonly tenant?: string;
}

/**
 * Returns the token of the `Authorization` header that is kept in session state under `headers`, by that name or as
 * `authorization`; `undefined` if it is not there or of another scheme.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function headerSubjectToken({ state }: ReadonlyContext): string | undefined {
  const headers = state.get<Readonly<Record<string, unknown>>>("headers");
  const value = headers?.Authorization ?? headers?.authorization;
  if (typeof value !== "string") return undefined;
  return /^bearer +(\S+)\s*$/i.exec(value)?.[1];
}

/**
 * Finds the user behind a run.
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
      'Cannot act for the user of the run: "subjectToken" found no subject token',
    );
  }
  return {
    userToken,
    ...(principal && { principal: await answerOf("principal", () => principal(context)) }),
    ...(await runTenant(context, { tenant })),
  };
}

/** Finds the tenant that a run is for; throws as {@link runUser} does. */
export async function runTenant(
  context: ReadonlyContext,
  { tenant }: { readonly tenant?: UserOptions["tenant"] | undefined },
): Promise<Pick<RunUser, "tenant">> {
  if (tenant === undefined) return {};
  return { tenant: await answerOf("tenant", () => tenant(context)) };
}

/** ADK shows the model the message of whatever a tool throws, so a user's error must not get there as it is. */
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
