import { TokenError } from "@agent-oauth/core";

/** Runs a flow's factory; yields `undefined` if it says that there is nothing here for it. */
export async function ifAvailable<T>(create: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await create();
  } catch (error) {
    const absent = TokenError.isInstance(error) && error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE";
    if (absent) return undefined;
    throw error;
  }
}
