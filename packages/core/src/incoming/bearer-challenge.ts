import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { kindOf } from "../options/plain-object.ts";

/** Writes the value of a `WWW-Authenticate` header. It always has a parameter, as RFC 6750 §3 requires. */
export function bearerChallenge(parameters: BearerChallengeParameters): string {
  const { realm = "agent", scope = [], resourceMetadata, error, description } = parameters;
  const written = [
    parameter("realm", realm),
    parameter("scope", scope.length === 0 ? undefined : scope.join(" ")),
    parameter("resource_metadata", resourceMetadata),
    parameter("error", error),
    parameter("error_description", description),
  ];
  return `Bearer ${written.filter(Boolean).join(", ")}`;
}

/** What {@link bearerChallenge} writes. */
export interface BearerChallengeParameters extends ChallengeOptions {
  readonly error?: string | undefined;
  readonly description?: string | undefined;
}

/** What a server says about the token that it requires. */
export interface ChallengeOptions {
  /** A name for what is protected. Default `"agent"`. */
  readonly realm?: string;
  /** The scope that the token needs. Default: none is named. */
  readonly scope?: readonly string[];
  /** The absolute URL of the resource's metadata, which MCP clients follow (RFC 9728 §5.1). Default: none is named. */
  readonly resourceMetadata?: string;
}

/** @throws TypeError naming the member that is unknown, of a wrong type, or holds what a challenge cannot. */
export function checkedChallenge(
  challenge: ChallengeOptions = {},
  doing: string,
): ChallengeOptions {
  checkOptions(challenge, { doing, names: NAMES, what: '"challenge"', member: "member" });
  const { realm, scope, resourceMetadata } = challenge;
  if (scope !== undefined && !Array.isArray(scope)) {
    throw new TypeError(`Cannot ${doing}: "scope" must be a list of strings, not ${kindOf(scope)}`);
  }
  for (const part of scope ?? []) quotable(part, { member: "scope", doing, pattern: SCOPE_TOKEN });
  if (realm !== undefined) quotable(realm, { member: "realm", doing, pattern: QUOTABLE });
  if (resourceMetadata === undefined) return challenge;
  quotable(resourceMetadata, { member: "resourceMetadata", doing, pattern: QUOTABLE });
  if (URL.canParse(resourceMetadata)) return challenge;
  throw new TypeError(`Cannot ${doing}: "resourceMetadata" must be an absolute URL`);
}

const NAMES: OptionNames<ChallengeOptions> = { realm: true, scope: true, resourceMetadata: true };

/** What RFC 6750 §3 lets stand between quotes, so that nothing needs a backslash. */
const QUOTABLE = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

function quotable(
  value: unknown,
  { member, doing, pattern }: { member: string; doing: string; pattern: RegExp },
): void {
  if (typeof value === "string" && pattern.test(value) && value.trim() !== "") return;
  throw new TypeError(
    `Cannot ${doing}: "${member}" must hold visible ASCII characters without quotes and backslashes`,
  );
}

function parameter(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${name}="${value}"`;
}
