/**
 * What the packages of agent-oauth share and users do not need. It may change in any release, so a package uses it only from
 * the same version of core.
 *
 * @module
 */

export {
  type CheckedUrl,
  checkedInsecureHosts,
  checkUrl,
  isAllowedUrl,
} from "./bearer/allowed-url.ts";
export { boundedText } from "./bearer/bounded-text.ts";
export { dropBody } from "./bearer/drop-body.ts";
export { CACHE_OPTION_NAMES } from "./cache/cache-options.ts";
export { isClaimsParameter } from "./challenge/claims-parameter.ts";
export { boundedMap } from "./collections/bounded-map.ts";
export {
  type ConnectionFailure,
  type ConnectionFailureKind,
  type ConnectionVerdict,
  connectionFailure,
  noteConnectionVerdict,
} from "./errors/connection-failure.ts";
export { cutMiddle } from "./errors/cut-middle.ts";
export { isRegisteredErrorCode } from "./errors/oauth-error-codes.ts";
export { errorDetails, type RetoldDetails, retoldError } from "./errors/retold-error.ts";
export { parseRetryAfter } from "./errors/retry-after.ts";
export { transportErrorCode, transportReason } from "./errors/transport-reason.ts";
export { type YieldedBy, yielded, yieldedText, yieldedValue } from "./errors/yielded-value.ts";
export { emit } from "./events/emit.ts";
export { jsonValue } from "./options/json-value.ts";
export {
  type CheckOptionsContext,
  checkOptions,
  type OptionNames,
  pickOptions,
  unknownName,
} from "./options/known-members.ts";
export { listedNames, listedReasons, shownName } from "./options/listed-names.ts";
export { nearestName } from "./options/nearest-name.ts";
export {
  functionOption,
  MAX_TIMER_MS,
  type NumberRule,
  numberOption,
  type OptionContext,
  textOption,
} from "./options/option-values.ts";
export { isPlainObject, kindOf } from "./options/plain-object.ts";
export {
  SERVER_LAYOUTS,
  type ServerEntries,
  type ServerEntry,
  serverEntries,
} from "./servers/server-entries.ts";
export { transportViolation } from "./servers/server-transport.ts";
export { type JsonRpcError, jsonRpcErrorIn } from "./sessions/json-rpc-error.ts";
export { keyDigest, type SessionKey } from "./sessions/session-key.ts";
export {
  type PooledSession,
  type Repetition,
  SessionLostError,
  SessionPool,
  type SessionPoolOptions,
  type SessionUse,
} from "./sessions/session-pool.ts";
export {
  isRefusalStatus,
  namesSession,
  type Refusal,
  type RefusalStatus,
  type RefusedRequest,
  refusalOf,
} from "./sessions/session-refusal.ts";
export { LeaseClock } from "./store/lease-clock.ts";
export {
  checkDuration,
  checkMarks,
  checkStoreName,
  checkWrite,
} from "./store/store-arguments.ts";
export { type Deadline, type DeadlineOptions, withinDeadline } from "./time/deadline.ts";
export { HybridClock } from "./time/hybrid-clock.ts";
export { type Attempt, type RetryOptions, withRetries } from "./time/retry.ts";
export { sleep } from "./time/sleep.ts";
export { timeLimit } from "./time/time-limit.ts";
export { untilAborted } from "./time/until-aborted.ts";
export { isIssuedToken } from "./token/access-token.ts";
export { type AudienceMismatch, audienceMismatch } from "./token/audience-mismatch.ts";
export { BEARER_SYNONYMS, fitsHeader, isBearerType, withoutBearer } from "./token/bearer-scheme.ts";
export { checkedToken } from "./token/checked-token.ts";
export { digest, identityDigest } from "./token/digest.ts";
export { earliest } from "./token/expires-at.ts";
export { checkGetTokenOptions } from "./token/get-token-options.ts";
export { type JwtParties, jwtParties } from "./token/jwt-claims.ts";
export { keptSecretType } from "./token/kept-secret-type.ts";
export {
  foundInsteadOfBearer,
  foundInsteadOfToken,
  refuseOtherThanToken,
} from "./token/token-structure.ts";
