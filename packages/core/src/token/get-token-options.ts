import { unknownName } from "../options/known-members.ts";
import { signalOption } from "../options/option-values.ts";
import { isPlainObject, kindOf } from "../options/plain-object.ts";
import type { AccessToken } from "./access-token.ts";
import type { GetTokenOptions } from "./token-source.ts";

const NAMES = ["signal", "minValidityMs", "rejected", "rejectedBy", "subjectExpiresAt"] as const;

const SIGNAL = { option: "signal", doing: "get a token" } as const;

/**
 * Checks the options of a `getToken` call.
 *
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range.
 */
export function checkGetTokenOptions(options: GetTokenOptions): void {
  if (!isPlainObject(options)) {
    throw invalid(
      `the options must be an object such as { signal }, not ${kindOf(options)}; it takes ${NAMES.join(", ")}`,
    );
  }
  for (const name in options) {
    // A switch costs a third of a lookup in a set.
    switch (name) {
      case "signal":
      case "minValidityMs":
      case "rejected":
      case "rejectedBy":
      case "subjectExpiresAt":
        break;
      default:
        throw invalid(unknownName(name, { known: NAMES, member: "option" }));
    }
  }
  const { signal, rejected, rejectedBy, minValidityMs, subjectExpiresAt } = options;
  signalOption(signal, SIGNAL);
  if (rejected !== undefined && !isToken(rejected)) {
    throw invalid('"rejected" must be the access token that was refused');
  }
  if (rejectedBy !== undefined && (typeof rejectedBy !== "string" || rejected === undefined)) {
    throw invalid(
      '"rejectedBy" must be the URL of the server that refused the token in "rejected"',
    );
  }
  checkMilliseconds("minValidityMs", minValidityMs);
  checkMilliseconds("subjectExpiresAt", subjectExpiresAt);
}

function isToken(value: Partial<AccessToken> | null): boolean {
  return typeof value?.token === "string";
}

function checkMilliseconds(name: string, value: unknown): void {
  if (value === undefined || (Number.isFinite(value) && (value as number) >= 0)) return;
  throw new RangeError(`Cannot get a token: "${name}" must be a number of milliseconds from 0 up`);
}

function invalid(reason: string): TypeError {
  return new TypeError(`Cannot get a token: ${reason}`);
}
