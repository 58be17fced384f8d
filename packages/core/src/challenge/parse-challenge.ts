import { cutMiddle } from "../errors/cut-middle.ts";
import { authChallenges } from "./auth-challenges.ts";
import { isClaimsParameter } from "./claims-parameter.ts";

/** The part of a response that {@link parseChallenge} reads. A response of any `fetch` fits. */
export interface ChallengedResponse {
  readonly headers: { get(name: string): string | null };
}

/** What a server says about the token that it requires. None of it is verified: check it before use. */
export interface BearerChallenge {
  readonly realm?: string;
  /** The error code, such as `"invalid_token"` or `"insufficient_scope"`; absent if no token was presented (RFC 6750 §3.1). */
  readonly error?: string;
  /** A text for developers, not for users. Control characters are replaced by spaces; of a text longer than 500, the middle is cut. */
  readonly errorDescription?: string;
  /** The required scope, without duplicates; empty if the server names no scope. */
  readonly scope: readonly string[];
  /** The URL of the resource's metadata, as the server states it (RFC 9728 §5.1). Fetch it without a token. */
  readonly resourceMetadata?: string;
  /**
   * Claims that the next token must be requested with, as the server wrote them: of Microsoft Entra ID in base64. A JSON
   * object, or one in base64, of at most 4 096 printable ASCII characters; absent if they are anything else.
   */
  readonly claims?: string;
  /** How the user must have authenticated: the parameter `acr_values` of the authorization request (RFC 9470 §3). */
  readonly acrValues?: readonly string[];
  /** How long ago the user may have authenticated, in milliseconds: `max_age` of the authorization request (RFC 9470 §3). */
  readonly maxAgeMs?: number;
}

/**
 * Reads the Bearer challenge of a response's `WWW-Authenticate`. The header may hold challenges of other schemes, in any order.
 * Several Bearer challenges, for example of a server and its proxy, are read as one; the first value of a repeated parameter
 * counts. The function does not read the body, does not throw for any header, and reads the first 16 384 characters only.
 *
 * @returns `undefined` if there is no Bearer challenge.
 * @throws TypeError if `response` has no headers.
 * @example
 * ```ts
 * const answer = await fetch("https://mcp.example.com/mcp");
 * const challenge = parseChallenge(answer);
 * if (challenge?.error === "insufficient_scope") console.log("needs", challenge.scope);
 * ```
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}, {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function parseChallenge(response: ChallengedResponse): BearerChallenge | undefined {
  if (typeof response?.headers?.get !== "function") {
    throw new TypeError(
      'Cannot read a challenge: "response" must have "headers" with a function "get", as the Response of a fetch has',
    );
  }
  const header = response.headers.get("www-authenticate");
  if (header === null) return undefined;
  const bearers = authChallenges(header.slice(0, MAX_HEADER_LENGTH)).filter(
    ({ scheme }) => scheme === "bearer",
  );
  if (bearers.length === 0) return undefined;
  // A map keeps the last entry of each name, so the list is reversed.
  return bearerChallenge(
    new Map(bearers.toReversed().flatMap(({ parameters }) => [...parameters])),
  );
}

const MAX_HEADER_LENGTH = 16_384;
const MAX_DESCRIPTION_LENGTH = 500;

function bearerChallenge(parameters: ReadonlyMap<string, string>): BearerChallenge {
  const [realm, error, resourceMetadata] = ["realm", "error", "resource_metadata"].map((name) =>
    parameters.get(name),
  );
  const errorDescription = readable(parameters.get("error_description"));
  return {
    ...(realm !== undefined && { realm }),
    ...(error !== undefined && { error }),
    ...(errorDescription !== undefined && { errorDescription }),
    scope: listed(parameters.get("scope")),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
    ...requirements(parameters),
  };
}

/** What the next token must be requested with. */
function requirements(
  parameters: ReadonlyMap<string, string>,
): Pick<BearerChallenge, "claims" | "acrValues" | "maxAgeMs"> {
  const claims = parameters.get("claims") ?? "";
  const acrValues = listed(parameters.get("acr_values"));
  const maxAge = parameters.get("max_age") ?? "";
  return {
    ...(isClaimsParameter(claims) && { claims }),
    ...(acrValues.length > 0 && { acrValues }),
    ...(/^\d{1,10}$/.test(maxAge) && { maxAgeMs: Number(maxAge) * 1_000 }),
  };
}

/** Without duplicates. */
function listed(text = ""): readonly string[] {
  return [...new Set(text.split(/[ \t]+/).filter((part) => part !== ""))];
}

function readable(text: string | undefined): string | undefined {
  return text && cutMiddle(text, MAX_DESCRIPTION_LENGTH).replace(/\p{Cc}/gu, " ");
}
