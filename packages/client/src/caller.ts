import { TokenError, type TokenRequest } from "@agent-oauth/core";
import {
  foundInsteadOfToken,
  kindOf,
  withoutBearer,
  yielded,
  yieldedText,
} from "@agent-oauth/core/internal";

/** A user's token, or a function that yields the current one at each call. A leading "Bearer " is dropped. */
export type UserToken = string | (() => string | Promise<string>);

/** A tenant, or a function that yields the current one at each call. */
export type Tenant = string | (() => string | Promise<string>);

/** A call on behalf of a user. */
export interface UserCaller {
  /** The user's token. It is an error if it is present but empty. */
  readonly userToken: UserToken;
  /** The user's stable name: MCP sessions then outlast the user's token. Default: the token stands for the user. */
  readonly principal?: string;
  readonly system?: never;
}

/** A call by the agent itself, with the system token. */
export interface SystemCaller {
  readonly system: true;
  readonly userToken?: never;
  readonly principal?: never;
}

/** On whose behalf a call is made: for a user, or by the agent itself. One of the two is required. */
export type CallerOptions = UserCaller | SystemCaller;

/** The options that {@link resolveCaller} reads. */
export interface CallerInit {
  readonly userToken?: UserToken;
  readonly principal?: string;
  readonly tenant?: Tenant;
}

/** A caller as token requests name it. */
export type Caller = Pick<TokenRequest, "subjectToken" | "principal" | "tenant">;

/**
 * Resolves on whose behalf a call is made.
 *
 * @param noUser what to do if there is no user; completes "Cannot make the call: …; ".
 * @throws TypeError if something is present but empty: a user's call never becomes the agent's own by mistake, nor a
 * tenant's the provider's.
 * @throws TokenError if a function of the user fails or yields something else: `ERR_TOKEN_SUBJECT_REQUIRED` if it yields no
 * user token, else `ERR_TOKEN_PROVIDER`.
 */
export async function resolveCaller(
  options: CallerInit,
  noUser = "use { system: true } if there is no user",
): Promise<Caller> {
  const caller: { -readonly [Name in keyof Caller]: Caller[Name] } = {};
  if ("userToken" in options) {
    const { userToken: given } = options;
    caller.subjectToken =
      typeof given === "function"
        ? yieldedToken(await yielded(given, { option: "userToken", doing: DOING }), noUser)
        : bareToken(text("userToken", given, noUser), noUser);
    refuseOtherStructure(caller.subjectToken, given);
  }
  if (options.principal !== undefined) {
    caller.principal = text("principal", options.principal, "leave it out if there is none");
    if (caller.subjectToken === undefined) {
      throw new TypeError(
        'Cannot make the call: "principal" names a user, so "userToken" is needed',
      );
    }
  }
  if ("tenant" in options) {
    const { tenant: given } = options;
    const advice = "leave it out if there is no tenant";
    caller.tenant =
      typeof given === "function"
        ? yieldedText(await yielded(given, TENANT), { ...TENANT, advice })
        : text("tenant", given, advice);
  }
  return caller;
}

const DOING = "make the call";
const TENANT = { option: "tenant", doing: DOING } as const;

/** Checks a value that the caller wrote. */
function text(name: keyof CallerInit, value: unknown, advice: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = typeof value === "string" ? "blank" : kindOf(value);
  throw new TypeError(`Cannot ${DOING}: "${name}" is ${found}; ${advice}`);
}

function bareToken(userToken: string, noUser: string): string {
  const token = withoutBearer(userToken);
  if (token !== "") return token;
  throw new TypeError(`Cannot ${DOING}: "userToken" is blank after "Bearer"; ${noUser}`);
}

/** A user who is missing is not a function that is wrong. */
function yieldedToken(value: unknown, noUser: string): string {
  const isNothing = value === undefined || value === null;
  const token = typeof value === "string" ? withoutBearer(value) : value;
  if (!isNothing && token !== "") {
    return yieldedText(token, {
      option: "userToken",
      doing: DOING,
      advice: "it must return a token",
    });
  }
  throw new TokenError(
    "ERR_TOKEN_SUBJECT_REQUIRED",
    `Cannot ${DOING}: the function "userToken" returned no token; ${noUser}`,
  );
}

/** A whole response or a file in place of its token: no server would accept it, and each would see it. */
function refuseOtherStructure(userToken: string, given: UserToken | undefined): void {
  const found = foundInsteadOfToken(userToken);
  if (found === undefined) return;
  if (typeof given !== "function") {
    throw new TypeError(`Cannot ${DOING}: "userToken" is ${found}; give the token alone`);
  }
  throw new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot ${DOING}: the function "userToken" returned ${found}; it must return the token alone`,
  );
}
