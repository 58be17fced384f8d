import { TokenError } from "../errors/token-error.ts";

const failure = "Cannot get a token";

/** What a request of a random sequence may fail with; each is another error. */
export const ERRORS = {
  oauth: () =>
    new TokenError("ERR_TOKEN_OAUTH", failure, { status: 400, oauthError: "invalid_grant" }),
  network: () => new TokenError("ERR_TOKEN_NETWORK", failure),
  busy: () => new TokenError("ERR_TOKEN_HTTP", failure, { status: 429, retryAfterMs: 4_000 }),
  mistake: () => new TypeError("Cannot honour a field"),
  unknown: (at: number) => Object.assign(new Error("something else"), { name: nameOf(at) }),
};

/** In letters: a name with many digits is not copied. */
function nameOf(at: number): string {
  return `Unknown${[...`${at}`].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;
}
