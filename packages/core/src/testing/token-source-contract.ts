import { TokenError } from "../errors/token-error.ts";
import { kindOf } from "../options/plain-object.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenRequest, TokenSource } from "../token/token-source.ts";
import { assert, type ContractCase, rejection } from "./contract-case.ts";

/** A source for one case of the contract. */
export interface TokenSourceFixture {
  readonly source: TokenSource;
  /** A request that the source supports. Default: no request. */
  readonly request?: TokenRequest;
  /** Whether the source can get another token after a refusal. Default `true`. */
  readonly renews?: boolean;
  /** Releases the resources of the fixture. */
  readonly dispose?: () => void | Promise<void>;
}

/**
 * Returns the cases of the contract that every token source must fulfil.
 *
 * @example
 * ```ts
 * for (const { name, run } of tokenSourceContract(() => ({ source: staticTokenSource("t"), renews: false }))) {
 *   it(name, run);
 * }
 * ```
 * @throws TypeError if `create` is not a function.
 */
export function tokenSourceContract(
  create: () => TokenSourceFixture | Promise<TokenSourceFixture>,
): ContractCase[] {
  if (typeof create !== "function") {
    throw new TypeError(
      `Cannot list the contract: "create" must be a function that makes a source, not ${kindOf(create)}`,
    );
  }
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    async run() {
      const fixture = await create();
      try {
        await check(fixture);
      } finally {
        await fixture.dispose?.();
      }
    },
  }));
}

const CASES: Record<string, (fixture: TokenSourceFixture) => Promise<void>> = {
  async "yields a frozen token without a scheme"({ source, request }) {
    const token = await source.getToken(request);
    assert(Object.isFrozen(token), "the token is not frozen");
    assert(/^\S+$/.test(token.token), "the token is empty or has a scheme");
    assert(token.tokenType === "Bearer" || token.tokenType === "N_A", `type ${token.tokenType}`);
    const { expiresAt } = token;
    assert(expiresAt === undefined || Number.isFinite(expiresAt), `expiresAt ${expiresAt}`);
  },
  async "yields a token that does not show its secret"({ source, request }) {
    const token = await source.getToken(request);
    for (const shown of shownForms(token)) {
      assert(!shown.includes(token.token), "the token shows its secret");
    }
  },
  async "answers concurrent calls"({ source, request }) {
    const tokens = await Promise.all([1, 2, 3].map(() => source.getToken(request)));
    for (const { token } of tokens) assert(token !== "", "an empty token");
  },
  async "has an identity that stays and holds no secret"({ source, request }) {
    const before = source.identity;
    const { token } = await source.getToken(request);
    assert(source.identity === before, "the identity changed by itself");
    for (const secret of [token, request?.subjectToken]) {
      assert(
        secret === undefined || !String(before).includes(secret),
        "the identity holds a secret",
      );
    }
  },
  async "rejects with the reason of a signal that is already aborted"({ source, request }) {
    const reason = new Error("gone");
    const error = await rejection(source.getToken(request, { signal: AbortSignal.abort(reason) }));
    assert(error === reason, `rejected with ${error} in place of the signal's reason`);
  },
  async "never answers with a token that was refused"({ source, request, renews = true }) {
    const rejected = await source.getToken(request);
    const again = source.getToken(request, { rejected });
    if (renews) {
      assert((await again).token !== rejected.token, "the refused token came back");
    } else {
      const error = await rejection(again);
      assert(TokenError.isInstance(error) && error.code === "ERR_TOKEN_REJECTED", `got ${error}`);
    }
  },
  async "refuses blank fields with a TypeError that names them"({ source, request }) {
    for (const field of ["subjectToken", "principal", "tenant"]) {
      const error = await rejection(source.getToken({ ...request, [field]: " " }));
      assert(error instanceof TypeError && error.message.includes(field), `${field}: ${error}`);
    }
    const error = await rejection(source.getToken({ ...request, subjectToken: "Bearer " }));
    assert(error instanceof TypeError, `a scheme alone was taken for a subject token: ${error}`);
  },
};

function shownForms(token: AccessToken): string[] {
  const own = Reflect.ownKeys(token).map((key) => String(Reflect.get(token, key)));
  const inspect = Reflect.get(token, Symbol.for("nodejs.util.inspect.custom")) as unknown;
  const inspected = typeof inspect === "function" ? inspect.call(token) : {};
  return [
    ...own,
    String(token),
    JSON.stringify(token),
    JSON.stringify({ ...token }),
    JSON.stringify(structuredClone(token)),
    JSON.stringify(inspected),
  ];
}
