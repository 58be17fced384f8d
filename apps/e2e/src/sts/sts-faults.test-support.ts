import { join } from "node:path";
import type { MockSts } from "@agent-oauth/mock-sts";
import type { StsTokenSourceOptions } from "@agent-oauth/sts";
import { partsOfJwt } from "../secret-traces.test-support.ts";

/** Within everything that servers say here, and within the tokens that they are sent. */
const SENTINEL = "sentinel-that-nobody-must-see";

/** Something that goes wrong between an agent and its STS, and what is told of it. */
export interface StsFault {
  readonly name: string;
  /** How the agent is set up; default well. */
  readonly options?: (mock: MockSts) => Partial<StsTokenSourceOptions>;
  /** What the STS is made to do; default nothing. */
  readonly prepare?: (mock: MockSts) => void;
  /** Whose token is exchanged; default a good one of alice's. */
  readonly subject?: (mock: MockSts) => Promise<string>;
  /** Whom the token is to be for; default an MCP server. */
  readonly audience?: string;
  /** What the caller's error has. */
  readonly error: object;
  readonly says: RegExp;
  /** What its cause has, if there is one. */
  readonly cause?: object;
  /** Requests that the token endpoint gets; left out where that depends on the time. */
  readonly exchanges?: number;
}

const ALWAYS = { times: Number.POSITIVE_INFINITY } as const;
const EVIL = "https://evil.example";

/** Metadata that must not be believed: nothing is sent anywhere. */
export const badMetadata: readonly StsFault[] = [
  metadata("is HTML", `<html>${SENTINEL}</html>`, { says: /not metadata with an "issuer"/ }),
  metadata("lacks every field", { SENTINEL }, { says: /not metadata with an "issuer"/ }),
  metadata(
    "lacks a token endpoint",
    { issuer: "https://sts.example", SENTINEL },
    { says: /names no usable token endpoint/ },
  ),
  metadata(
    "names another issuer",
    { issuer: EVIL, token_endpoint: `${EVIL}/token`, SENTINEL },
    {
      options: ({ sts }) => ({ issuer: sts.issuer }),
      says: /its "issuer" is .* not the one asked for/,
    },
  ),
  metadata(
    "has its token endpoint elsewhere",
    { issuer: "https://sts.example", token_endpoint: `${EVIL}/token`, SENTINEL },
    { says: /the token endpoint it names is at another origin/ },
  ),
  metadata(
    "points to http",
    { issuer: "http://localhost", token_endpoint: "http://localhost/token", SENTINEL },
    { says: /the token endpoint it names is not an https: URL/ },
  ),
];

/** Subject tokens that the STS refuses. */
export const badSubjects: readonly StsFault[] = [
  refusal("invalid_request", {
    name: "that is no JWT",
    says: /invalid_request: "the subject token is malformed"/,
    subject: async () => `no-jwt-${SENTINEL}`,
  }),
  refusal("invalid_request", {
    name: "that is half of one",
    says: /invalid_request: "the subject token has a bad signature"/,
    subject: async (mock) => (await mock.userToken({ sub: "alice" })).slice(0, -60),
  }),
  refusal("invalid_request", {
    name: "that has expired",
    says: /invalid_request: "the subject token has expired"/,
    subject: (mock) => mock.userToken({ sub: "alice", expiresInMs: -1, claims: { SENTINEL } }),
  }),
];

/** Actors that are not there. */
export const badActors: readonly StsFault[] = [
  {
    name: "whose file is missing",
    options: () => ({ actor: { name: "agent", token: { file: missingFile } } }),
    error: { code: "ERR_TOKEN_CREDENTIAL", retryable: false },
    says: /Cannot act as "agent": .*no such file/,
    cause: { code: "ERR_TOKEN_SOURCE_UNAVAILABLE" },
    exchanges: 0,
  },
  refusal("invalid_request", {
    name: "whom the STS does not know",
    says: /invalid_request: "the actor token is malformed"/,
    options: () => ({ actor: { name: "agent", token: `no-jwt-${SENTINEL}` } }),
  }),
];

const missingFile = join(import.meta.dirname, "no-such-folder/token");

/** Audiences that want to be more than a name. */
export const badAudiences: readonly StsFault[] = [
  ...["tickets\r\nHost: evil.example", "tickets\u0000", "tickets\u2028"].map((audience) => ({
    name: JSON.stringify(audience),
    audience,
    error: { name: "TypeError" },
    says: /"audience" contains control characters/,
    exchanges: 0,
  })),
  ...["tickets&audience=payroll", "tickets payroll", '"><script>', "../payroll", "%00"].map(
    (audience) => refusal("invalid_target", { name: JSON.stringify(audience), audience }),
  ),
];

/** An STS in trouble. */
export const unavailable: readonly StsFault[] = [
  {
    name: "that is down",
    // A port that nobody was ever given.
    options: () => ({ metadataUrl: "https://127.0.0.1:2/metadata" }),
    error: { code: "ERR_TOKEN_NETWORK", retryable: true },
    says: /127\.0\.0\.1:2.*nothing listens there .* check host and port/,
    cause: { code: "ECONNREFUSED" },
    exchanges: 0,
  },
  {
    name: "that is slow",
    options: () => ({ timeoutMs: 300 }),
    prepare: ({ controls }) => void controls.hold({ route: "sts-token" }),
    error: { code: "ERR_TOKEN_TIMEOUT", retryable: true },
    says: /no answer within 300 ms; the option "timeoutMs"/,
  },
  {
    name: "that is overloaded",
    prepare: ({ controls }) =>
      controls.failNext(
        {
          status: 429,
          headers: { "Retry-After": "60" },
          body: { error: "slow_down", access_token: SENTINEL },
        },
        { route: "sts-token", ...ALWAYS },
      ),
    error: { code: "ERR_TOKEN_OAUTH", status: 429, retryable: true, retryAfterMs: 60_000 },
    says: /the server answered 429 slow_down/,
    exchanges: 1,
  },
];

/** What must be seen nowhere: the sentinel, and the parts of the token sent. */
export function secretsOf(subject: string): readonly string[] {
  const parts = subject.split(".").length === 3 ? partsOfJwt(subject) : [subject];
  return [SENTINEL, ...parts];
}

function metadata(
  what: string,
  body: unknown,
  more: Pick<StsFault, "says"> & Partial<StsFault>,
): StsFault {
  return {
    name: `that ${what}`,
    prepare: ({ controls }) =>
      controls.failNext(
        { status: 200, body },
        { route: "authorization-server-metadata", ...ALWAYS },
      ),
    error: { code: "ERR_TOKEN_METADATA", retryable: false },
    exchanges: 0,
    ...more,
  };
}

function refusal(
  oauthError: string,
  more: Partial<StsFault> & { readonly name: string },
): StsFault {
  return {
    error: { code: "ERR_TOKEN_OAUTH", oauthError, status: 400, retryable: false },
    says: /the server answered 400 invalid_target: "the audience is unknown"/,
    exchanges: 1,
    ...more,
  };
}
