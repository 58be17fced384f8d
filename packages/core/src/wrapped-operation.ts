import type { AccessToken } from "./access-token.ts";
import { digest } from "./digest.ts";
import { copied, withSignal, writtenValue } from "./operation-arguments.ts";
import { checkOperation, type OperationOptions, type PerCall } from "./operation-options.ts";
import { kindOf } from "./plain-object.ts";
import { framed } from "./request-shape.ts";
import type { GetTokenOptions } from "./token-source.ts";

type Args = readonly unknown[];

/** One call, as it was when it was made. */
export interface OperationCall {
  readonly args: Args;
  /** What tells it from other calls of the same user. */
  readonly text: string;
}

/** Whose result a call is for. */
export interface OperationUser {
  /** `undefined` if the user is known by a token alone. */
  readonly principal: string | undefined;
  /** The token by which the user is known, if there is no principal. */
  readonly token: AccessToken | undefined;
}

/** An operation with its checked options: which of its calls are alike, whose they are, and how one is made. */
export class WrappedOperation {
  readonly name: string;
  readonly ttlMs: number;
  readonly #fn: (...args: Args) => unknown;
  readonly #options: OperationOptions<Args>;

  /** @throws TypeError | RangeError naming the option that is missing, of a wrong type or out of range. */
  constructor(fn: (...args: Args) => unknown, options: OperationOptions<Args>) {
    checkOperation(fn, options);
    this.name = options.name;
    this.ttlMs = options.ttlMs;
    this.#fn = fn;
    this.#options = options;
  }

  /**
   * Takes down a call.
   *
   * @throws TypeError naming the argument by which calls cannot be told apart.
   */
  call(args: Args): OperationCall {
    const { key } = this.#options;
    if (key !== undefined) {
      return { args, text: writtenValue(key(...args), `what "key" of "${this.name}" returned`) };
    }
    const counting = withSignal(args, undefined);
    while (counting.length > 0 && counting.at(-1) === undefined) counting.pop();
    return {
      text: writtenValue(counting, `arguments of "${this.name}"`),
      args: args.map(copied),
    };
  }

  /**
   * Finds out whose result a call is for.
   *
   * @throws TypeError if it is nobody's.
   */
  async user(args: Args, options: GetTokenOptions): Promise<OperationUser> {
    if (this.#options.principal === undefined) {
      return { principal: undefined, token: await this.token(args, options) };
    }
    const principal: unknown = await perCall(this.#options.principal, args);
    if (typeof principal === "string" && principal.trim() !== "") {
      return { principal, token: undefined };
    }
    const what = typeof principal === "string" ? "blank" : kindOf(principal);
    throw new TypeError(
      `Cannot call "${this.name}": "principal" must be a string that is not blank, and is ${what}`,
    );
  }

  /** Returns the token that ends the results, if there is a source of it. */
  async token(args: Args, options: GetTokenOptions): Promise<AccessToken | undefined> {
    const { tokenSource, request } = this.#options;
    if (tokenSource === undefined) return undefined;
    const source = await perCall(tokenSource, args);
    if (typeof source?.getToken !== "function") {
      throw new TypeError(
        `Cannot call "${this.name}": "tokenSource" must be a token source, and is ${kindOf(source)}`,
      );
    }
    return source.getToken(await perCall(request, args), options);
  }

  /** Names the result of a call in a user's name. */
  keyOf({ text }: OperationCall, { principal, token }: OperationUser): string {
    const user = principal === undefined ? `token${digest(token?.token ?? "")}` : framed(principal);
    return digest([framed(this.name), user, text].join(""));
  }

  async run({ args }: OperationCall, signal: AbortSignal): Promise<unknown> {
    const fn = this.#fn; // Without `this`, as nothing of it is in the key.
    return fn(...withSignal(args, signal));
  }
}

function perCall<Value>(value: PerCall<Args, Value>, args: Args): Value | Promise<Value> {
  return typeof value === "function"
    ? (value as (...args: Args) => Value | Promise<Value>)(...args)
    : value;
}
