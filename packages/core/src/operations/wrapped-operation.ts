import { TokenError } from "../errors/token-error.ts";
import { yieldedText, yieldedValue } from "../errors/yielded-value.ts";
import { framed } from "../key/request-shape.ts";
import { kindOf } from "../options/plain-object.ts";
import type { AccessToken } from "../token/access-token.ts";
import { checkedToken } from "../token/checked-token.ts";
import { digest } from "../token/digest.ts";
import { requestOfCall } from "../token/token-request-option.ts";
import type { GetTokenOptions, TokenSource } from "../token/token-source.ts";
import { copied, withSignal, writtenArguments, writtenValue } from "./operation-arguments.ts";
import { checkOperation, type OperationOptions, type PerCall } from "./operation-options.ts";

type Args = readonly unknown[];

/** One call, with its arguments at the time of the call. */
export interface OperationCall {
  readonly args: Args;
  /** A string that differs for different calls of the same user. */
  readonly text: string;
}

/** The user of a call, by name or by token. */
export type OperationUser =
  | { readonly principal: string; readonly token?: undefined }
  | { readonly principal?: undefined; readonly token: AccessToken };

/** An operation with its checked options. It tells which calls are alike and which user a call is for, and it makes calls. */
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
   * Records a call.
   *
   * @throws TypeError if an argument cannot be written, so that calls cannot be told apart. The message names the argument.
   * @throws TokenError `ERR_TOKEN_PROVIDER` if that is so for what `key` returns.
   */
  call(args: Args): OperationCall {
    const { key } = this.#options;
    if (key !== undefined) {
      const told: unknown = key(...args);
      if (told === undefined) {
        throw new TokenError(
          "ERR_TOKEN_PROVIDER",
          `Cannot tell calls apart: "key" of "${this.name}" returned nothing; is a "return" missing?`,
        );
      }
      const what = `what "key" of "${this.name}" returned`;
      return { args, text: yieldedValue("key", () => writtenValue(told, what)) };
    }
    return {
      text: writtenArguments(args, `arguments of "${this.name}"`),
      args: args.map(copied),
    };
  }

  /**
   * Finds the user of a call.
   *
   * @throws TokenError `ERR_TOKEN_PROVIDER` if the function `principal` or `tokenSource` returns no user.
   */
  async user(args: Args, options: GetTokenOptions): Promise<OperationUser> {
    const { principal: option, tokenSource } = this.#options;
    if (option === undefined) {
      return { token: await this.#tokenOf(tokenSource, args, options) };
    }
    const principal = yieldedText(await perCall(option, args), {
      option: "principal",
      doing: `call "${this.name}"`,
      advice: "it must return the user's stable name",
    });
    return { principal };
  }

  /** Returns the token whose expiry limits the results; `undefined` without a `tokenSource`. */
  async token(args: Args, options: GetTokenOptions): Promise<AccessToken | undefined> {
    const { tokenSource } = this.#options;
    return tokenSource && this.#tokenOf(tokenSource, args, options);
  }

  /** Computes the key of a call's result for a user. */
  keyOf({ text }: OperationCall, user: OperationUser): string {
    const whose =
      user.token === undefined ? framed(user.principal) : `token${digest(user.token.token)}`;
    return digest([framed(this.name), whose, text].join(""));
  }

  async run({ args }: OperationCall, signal: AbortSignal): Promise<unknown> {
    const fn = this.#fn; // Called without `this`, since the key does not cover `this`.
    return fn(...withSignal(args, signal));
  }

  async #tokenOf(
    tokenSource: PerCall<Args, TokenSource>,
    args: Args,
    options: GetTokenOptions,
  ): Promise<AccessToken> {
    const { request } = this.#options;
    const source = await perCall(tokenSource, args);
    if (typeof source?.getToken !== "function") {
      const reason = `Cannot call "${this.name}": "tokenSource" must be a token source, and is ${kindOf(source)}`;
      if (typeof tokenSource !== "function") throw new TypeError(reason);
      throw new TokenError("ERR_TOKEN_PROVIDER", reason);
    }
    const asked = typeof request === "function" ? () => request(...args) : request;
    return checkedToken(await source.getToken(await requestOfCall(asked), options));
  }
}

function perCall<Value>(value: PerCall<Args, Value>, args: Args): Value | Promise<Value> {
  return typeof value === "function"
    ? (value as (...args: Args) => Value | Promise<Value>)(...args)
    : value;
}
