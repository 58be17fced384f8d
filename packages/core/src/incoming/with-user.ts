import { functionOption } from "../options/option-values.ts";
import { UnauthorizedError } from "./unauthorized-error.ts";
import { type IncomingUser, type UserFromOptions, userReader } from "./user-from.ts";

/**
 * Wraps a handler of the kind `(request: Request) => Response`, such as a route of Next, and hands it the user. A request without a
 * usable token is answered with the challenge, and does not reach the handler.
 *
 * @example
 * ```ts
 * export const POST = withUser(async (request, user) => {
 *   const { question } = await request.json();
 *   return Response.json(await users.run(user, () => agent.answer(question)));
 * });
 * ```
 * @throws TypeError | RangeError if the handler is no function, or if an option is unknown or wrong.
 */
export function withUser<R extends Request, Rest extends readonly unknown[]>(
  handler: (request: R, user: IncomingUser, ...rest: Rest) => Response | Promise<Response>,
  options?: UserFromOptions<R>,
): (request: R, ...rest: Rest) => Promise<Response> {
  const doing = "wrap a handler";
  if (handler === undefined) throw new TypeError(`Cannot ${doing}: "handler" is missing`);
  functionOption(handler, { option: "handler", doing });
  const read = userReader(options);
  return async (request, ...rest) => {
    let user: IncomingUser;
    try {
      user = read(request);
    } catch (error) {
      if (UnauthorizedError.isInstance(error)) return error.getResponse();
      throw error;
    }
    return handler(request, user, ...rest);
  };
}
