import type { SystemCaller, Tenant, UserCaller } from "@agent-oauth/client";
import { redactedCause, TokenError } from "@agent-oauth/core";
import {
  checkOptions,
  isPlainObject,
  kindOf,
  type OptionNames,
  shownName,
} from "@agent-oauth/core/internal";
import type { ToolRunnableConfig } from "@langchain/core/tools";

/** On whose behalf a tool is called: for a user, or by the agent itself; in a flow with tenants also for which tenant. */
export type ToolUser = (UserCaller | SystemCaller) & { readonly tenant?: Tenant };

/** The option `user`: the same one at each call, or a function of the run's config. */
export type ToolUserOption =
  | ToolUser
  | ((config: ToolRunnableConfig) => ToolUser | undefined | Promise<ToolUser | undefined>);

const NAMES: OptionNames<ToolUser> = {
  userToken: true,
  principal: true,
  system: true,
  tenant: true,
};

/** @throws TypeError if the option `user` is neither an object with known members nor a function. */
export function checkToolUser(user: unknown, doing: string): void {
  if (typeof user === "function") return;
  if (!isPlainObject(user)) {
    throw new TypeError(
      `Cannot ${doing}: "user" must be { userToken }, { system: true } or a function that returns one of them, not ${kindOf(user)}`,
    );
  }
  checkMembers(user, doing);
}

/**
 * Finds out on whose behalf one call is made. There is no default: a run without a user never acts for the agent itself.
 *
 * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the function returns no user; `ERR_TOKEN_PROVIDER` if it fails, without its message,
 * which frameworks show to the model.
 */
export async function toolUser(
  user: ToolUserOption,
  { config, tool }: { readonly config: ToolRunnableConfig; readonly tool: string },
): Promise<ToolUser> {
  const doing = `call the tool ${shownName(tool)}`;
  if (typeof user !== "function") return user;
  const found = await returned(() => user(config), doing);
  if (found === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      `Cannot ${doing}: the function "user" found no user in the config of the run; pass the user in its context`,
    );
  }
  checkMembers(found, doing);
  return found;
}

function checkMembers(user: unknown, doing: string): void {
  checkOptions(user, { doing, names: NAMES, what: "the user", member: "member of the user" });
}

async function returned<R>(ask: () => R, doing: string): Promise<Awaited<R>> {
  try {
    return await ask();
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    throw new TokenError("ERR_TOKEN_PROVIDER", `Cannot ${doing}: the function "user" failed`, {
      cause: redactedCause(error),
    });
  }
}
