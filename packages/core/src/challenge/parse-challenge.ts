import { authChallenges } from "./auth-challenges.ts";

/** A response, of any `fetch`, as far as {@link parseChallenge} looks at it. */
export interface ChallengedResponse {
  readonly headers: { get(name: string): string | null };
}

/** What a server says about the token it wants. All of it is the server's word: check it before use. */
export interface BearerChallenge {
  readonly realm?: string;
  /** Such as `"invalid_token"` or `"insufficient_scope"`; absent if no token was presented (RFC 6750 §3.1). */
  readonly error?: string;
  /** For developers, not for users; control characters blanked, cut at 200 characters. */
  readonly errorDescription?: string;
  /** The scope needed, without duplicates; empty if the server names none. */
  readonly scope: readonly string[];
  /** Where the resource's metadata is said to be (RFC 9728 §5.1). Whoever fetches it sends no token there. */
  readonly resourceMetadata?: string;
}

/**
 * Reads the Bearer challenge of a response's `WWW-Authenticate`, among challenges of other schemes and in any order.
 * Several Bearer challenges, as a server and its proxy may send them, are read as one; of a repeated parameter the first
 * counts. Reads no body, never throws for what a server sends, and looks at the first 16 384 characters only.
 *
 * @returns `undefined` if there is no Bearer challenge.
 * @example
 * ```ts
 * const answer = await fetch("https://mcp.example.com/mcp");
 * const challenge = parseChallenge(answer);
 * if (challenge?.error === "insufficient_scope") console.log("needs", challenge.scope);
 * ```
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}, {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function parseChallenge(response: ChallengedResponse): BearerChallenge | undefined {
  const header = response.headers.get("www-authenticate");
  if (header === null) return undefined;
  const bearers = authChallenges(header.slice(0, MAX_HEADER_LENGTH)).filter(
    ({ scheme }) => scheme === "bearer",
  );
  if (bearers.length === 0) return undefined;
  // The last entry of a name is the one a map keeps.
  return bearerChallenge(
    new Map(bearers.toReversed().flatMap(({ parameters }) => [...parameters])),
  );
}

const MAX_HEADER_LENGTH = 16_384;
const MAX_DESCRIPTION_LENGTH = 200;

function bearerChallenge(parameters: ReadonlyMap<string, string>): BearerChallenge {
  const [realm, error, resourceMetadata] = ["realm", "error", "resource_metadata"].map((name) =>
    parameters.get(name),
  );
  const errorDescription = readable(parameters.get("error_description"));
  const scope = (parameters.get("scope") ?? "").split(/[ \t]+/).filter((part) => part !== "");
  return {
    ...(realm !== undefined && { realm }),
    ...(error !== undefined && { error }),
    ...(errorDescription !== undefined && { errorDescription }),
    scope: [...new Set(scope)],
    ...(resourceMetadata !== undefined && { resourceMetadata }),
  };
}

function readable(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_DESCRIPTION_LENGTH).replace(/\p{Cc}/gu, " ");
}
