/** Which fragment of a tenant is used for tokens. */
import { redactedCause, TokenError } from "@agent-oauth/core";
import { kindOf, listedNames, shownName } from "@agent-oauth/core/internal";
import type { Fragment } from "./fragment.ts";

/**
 * Which fragment is used where a tenant has several under the label of a kind of token: its name, or a function that is
 * called with the names and returns one of them. It is not asked where there is only one.
 */
export type FragmentChoice =
  | string
  | ((names: readonly string[], context: FragmentChoiceContext) => string);

/** For which tokens a fragment is chosen. */
export interface FragmentChoiceContext {
  readonly kind: "system" | "user";
  /** The tenant's subdomain. */
  readonly tenant: string;
}

/**
 * Returns the name of the fragment to use: the only one, else the chosen one. The service lists fragments in no order, so to
 * take one of several would be a guess.
 *
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if there is none, `ERR_TOKEN_CONFIG` if there are several and none is
 * chosen, or no header can carry its name, `ERR_TOKEN_PROVIDER` if the function throws or returns none of the names.
 */
export function chosenFragment(fragments: readonly Fragment[], options: ChosenFragment): string {
  const { doing } = options;
  const names = fragments.map(({ name }) => name);
  const [only] = names;
  if (only === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot ${doing}: there is none; the tenant has not subscribed, or is not set up for Agent Gateway`,
    );
  }
  const name = names.length === 1 ? only : chosen(names, options);
  // A comma would end the name in the header, and other characters cannot be sent.
  if (/^[\x20-\x2b\x2d-\x7e]+$/.test(name)) return name;
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot ${doing}: no header can carry its name ${shownName(name)}`,
  );
}

/** What {@link chosenFragment} chooses by. */
export interface ChosenFragment extends FragmentChoiceContext {
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly choice: FragmentChoice | undefined;
}

/** One name cannot be right for both kinds of token where each has fragments of its own. */
const FUNCTION = "a function (names, { kind }) that chooses for each kind of token";

function chosen(names: readonly string[], { doing, choice, kind, tenant }: ChosenFragment): string {
  const found = `there are ${names.length} of them: ${listedNames(names)}`;
  if (choice === undefined) {
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot ${doing}: ${found}; choose one by the option "fragment", a name or ${FUNCTION}`,
    );
  }
  if (typeof choice !== "function") {
    if (names.includes(choice)) return choice;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot ${doing}: ${found}; the option "fragment" names none of them; it may be ${FUNCTION}`,
    );
  }
  const name = asked(choice, { names, context: { kind, tenant } });
  if (typeof name === "string" && names.includes(name)) return name;
  const what = typeof name === "string" ? "another name" : kindOf(name);
  throw new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot ${doing}: ${found}; the function "fragment" must return one of these names, not ${what}`,
  );
}

function asked(
  choice: Exclude<FragmentChoice, string>,
  { names, context }: { names: readonly string[]; context: FragmentChoiceContext },
): unknown {
  try {
    return choice(Object.freeze([...names]), context);
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    throw new TokenError("ERR_TOKEN_PROVIDER", 'Cannot ask the option "fragment": it threw', {
      cause: redactedCause(error),
    });
  }
}
