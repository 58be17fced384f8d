import { AsyncLocalStorage } from "node:async_hooks";
import { normalizeTokenRequest, TokenError, type TokenRequest } from "@agent-oauth/core";

/** Knows the user on whose behalf the running code acts. Its methods work without their object, too. */
export interface PrincipalContext {
  /**
   * Runs a function, and everything that it starts, on behalf of the request's user. An inner run replaces the user of the outer one.
   *
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` if the request has neither `subjectToken` nor `principal`.
   * @throws TypeError naming the field of the request that is unknown, blank or of a wrong type, or what was given in place
   * of a request.
   */
  readonly run: <R>(request: TokenRequest, run: () => R) => R;
  /**
   * Makes an async iterable, such as a stream of agent events, and runs each of its steps on behalf of the request's
   * user, wherever it is iterated. It throws at once, as `run` does.
   */
  readonly iterate: <T>(
    request: TokenRequest,
    create: () => AsyncIterable<T>,
  ) => AsyncIterableIterator<T>;
  /**
   * Returns the request of the innermost run: the `request` option of `bearerFetch` and others.
   *
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` outside of any run: there is no default user.
   */
  readonly request: () => TokenRequest;
}

/**
 * Makes a context that carries the user through asynchronous code, for frameworks that do not pass the user to `fetch`.
 *
 * @example
 * ```ts
 * const users = createPrincipalContext();
 * const fetch = bearerFetch(source, { resource: mcpUrl, request: users.request });
 * await users.run({ subjectToken }, () => agent.run("What did I order?"));
 * ```
 */
export function createPrincipalContext(): PrincipalContext {
  const storage = new AsyncLocalStorage<TokenRequest>();
  return {
    run: (request, run) => storage.run(withUser(request), run),
    iterate(request, create) {
      const user = withUser(request);
      const iterator = storage.run(user, () => create()[Symbol.asyncIterator]());
      return steppedIn((step) => storage.run(user, step), iterator);
    },
    request() {
      const request = storage.getStore();
      if (request !== undefined) return request;
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_REQUIRED",
        "Cannot request a token: there is no user, since this code was not started inside run() of its principal context",
      );
    },
  };
}

function withUser(request: TokenRequest): TokenRequest {
  const normal = normalizeTokenRequest(request);
  if (normal.subjectToken === undefined && normal.principal === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot run on behalf of a user: "subjectToken" and "principal" are missing',
    );
  }
  for (const list of [normal.audience, normal.resource, normal.scope]) Object.freeze(list);
  return Object.freeze(normal);
}

/** An async generator runs in the context of the code that asks for its next value, not of the code that made it. */
function steppedIn<T>(
  inside: <R>(step: () => R) => R,
  iterator: AsyncIterator<T>,
): AsyncIterableIterator<T> {
  return {
    next: () => inside(() => iterator.next()),
    return: async (value) =>
      (await inside(() => iterator.return?.(value))) ?? { done: true, value },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
