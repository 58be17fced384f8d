import { kindOf } from "../options/plain-object.ts";
import { foreignFailure } from "./provider-error.ts";
import { TokenError } from "./token-error.ts";

/** Which function of the user yielded a value, and what it should do. */
export interface YieldedBy {
  /** The name of the option that the function was given as. */
  readonly option: string;
  /** Completes "Cannot …". */
  readonly doing: string;
  /** What to do. */
  readonly advice: string;
}

/**
 * Calls a user's function, and waits for what it yields.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` or `ERR_TOKEN_TLS` if it fails, without what it said. A token error passes unchanged.
 */
export async function yielded<R>(
  ask: () => R,
  { option, doing }: Pick<YieldedBy, "option" | "doing">,
): Promise<Awaited<R>> {
  try {
    return await ask();
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    const { code, said, details } = foreignFailure(error, Date.now());
    throw new TokenError(code, `Cannot ${doing}: the function "${option}" failed${said}`, details);
  }
}

/**
 * Checks a text that a user's function yielded. What a function yields is known at run time only, so a wrong value is not a
 * mistaken argument.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` if it is not a string, or blank. The value is not shown.
 */
export function yieldedText(value: unknown, { option, doing, advice }: YieldedBy): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const found = typeof value === "string" ? "a blank string" : kindOf(value);
  throw new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot ${doing}: the function "${option}" returned ${found}; ${advice}`,
  );
}

/**
 * Checks a value that a user's function yielded by a check for arguments.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` in place of the check's TypeError or RangeError.
 */
export function yieldedValue<R>(option: string, check: () => R): R {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new TokenError(
      "ERR_TOKEN_PROVIDER",
      `${error.message}; this is what the function "${option}" returned`,
    );
  }
}
