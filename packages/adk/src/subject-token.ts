import { TokenError } from "@agent-oauth/core";
import { kindOf, withoutBearer, yielded, yieldedText } from "@agent-oauth/core/internal";
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
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if there is no subject token, `ERR_TOKEN_PROVIDER` if a function fails or
 * returns something else than a text.
 */
export async function runUser(
  context: ReadonlyContext,
  { subjectToken = headerSubjectToken, principal, tenant }: UserOptions,
): Promise<RunUser> {
  const found: unknown = await answerOf("subjectToken", () => subjectToken(context));
  const userToken = typeof found === "string" ? withoutBearer(found) : found;
  if (userToken === undefined || userToken === null || userToken === "") {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      `Cannot ${DOING}: "subjectToken" returned no subject token`,
    );
  }
  return {
    userToken: textOf("subjectToken", userToken, "it must return a token, or undefined"),
    ...(principal && {
      principal: textOf(
        "principal",
        await answerOf("principal", () => principal(context)),
        "it must return the user's stable name",
      ),
    }),
    ...(await runTenant(context, { tenant })),
  };
}

/** Returns the tenant of a run. It throws the same errors as {@link runUser}. */
export async function runTenant(
  context: ReadonlyContext,
  { tenant }: { readonly tenant?: UserOptions["tenant"] | undefined },
): Promise<Pick<RunUser, "tenant">> {
  if (tenant === undefined) return {};
  const found = await answerOf("tenant", () => tenant(context));
  const advice = "it must return a tenant; leave the option out if there is none";
  return { tenant: textOf("tenant", found, advice) };
}

const DOING = "act for the user of the run";

function textOf(option: keyof UserOptions, value: unknown, advice: string): string {
  return yieldedText(value, { option, doing: DOING, advice });
}

/** Calls a user's function and wraps its error, since ADK shows the model the message of every error that a tool throws. */
function answerOf<R>(option: keyof UserOptions, ask: () => R): Promise<Awaited<R>> {
  return yielded(ask, { option, doing: DOING });
}
