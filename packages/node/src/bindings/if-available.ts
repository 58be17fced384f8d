import { TokenError } from "@agent-oauth/core";

/** Runs a flow's factory, and returns `undefined` if it fails with `ERR_TOKEN_SOURCE_UNAVAILABLE`. */
export async function ifAvailable<T>(create: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await create();
  } catch (error) {
    const absent = TokenError.isInstance(error) && error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE";
    if (absent) return undefined;
    throw error;
  }
}
