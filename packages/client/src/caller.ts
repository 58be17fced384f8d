import { redactedCause, TokenError, type TokenRequest } from "@agent-oauth/core";
import { foundInsteadOfToken, withoutBearer } from "@agent-oauth/core/internal";

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
 * @throws TypeError if something is present but empty: a user's call never becomes the agent's own by mistake, nor a
 * tenant's the provider's. Also if a user's token is something else by its structure.
 * @throws TokenError `ERR_TOKEN_PROVIDER` if a function of the user fails, or yields such a thing.
 */
export async function resolveCaller(options: CallerInit): Promise<Caller> {
  const caller: { -readonly [Name in keyof Caller]: Caller[Name] } = {};
  if ("userToken" in options) {
    const given = options.userToken;
    const userToken = typeof given === "function" ? await yielded("userToken", given) : given;
    const subjectToken = withoutScheme(text("userToken", { value: userToken, given }));
    refuseOtherStructure(subjectToken, given);
    caller.subjectToken = subjectToken;
  }
  if (options.principal !== undefined) {
    const { principal } = options;
    caller.principal = text("principal", { value: principal, given: principal });
    if (caller.subjectToken === undefined) {
      throw new TypeError(
        'Cannot make the call: "principal" names a user, so "userToken" is needed',
      );
    }
  }
  if ("tenant" in options) {
    const given = options.tenant;
    const tenant = typeof given === "function" ? await yielded("tenant", given) : given;
    caller.tenant = text("tenant", { value: tenant, given });
  }
  return caller;
}

function text(
  name: keyof CallerInit,
  { value, given }: { value: unknown; given: unknown },
): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = typeof value === "string" ? "blank" : `${value === null ? "null" : typeof value}`;
  const way = typeof given === "function" ? "yields" : "is";
  throw new TypeError(
    `Cannot make the call: "${name}" ${way} ${found}; leave it out if there is none`,
  );
}

async function yielded(name: string, provide: () => unknown): Promise<unknown> {
  try {
    return await provide();
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    throw new TokenError(
      "ERR_TOKEN_PROVIDER",
      `Cannot make the call: the function "${name}" failed`,
      {
        cause: redactedCause(error),
      },
    );
  }
}

/** A whole response or a file in place of its token: no server would accept it, and each would see it. */
function refuseOtherStructure(userToken: string, given: UserToken | undefined): void {
  const found = foundInsteadOfToken(userToken);
  if (found === undefined) return;
  if (typeof given !== "function") {
    throw new TypeError(`Cannot make the call: "userToken" is ${found}; give the token alone`);
  }
  throw new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot make the call: the function "userToken" yields ${found}; it must yield the token alone`,
  );
}

function withoutScheme(userToken: string): string {
  const token = withoutBearer(userToken);
  if (token !== "") return token;
  throw new TypeError(
    'Cannot make the call: "userToken" is blank after "Bearer"; leave it out if there is none',
  );
}
