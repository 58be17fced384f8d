import { digest } from "../token/digest.ts";

/** Whose session it is: two keys are the same only if both members are. */
export interface SessionKey {
  /** What names the session. Without a principal it tells most users apart, but not all of them. */
  readonly name: string;
  /** The user's token, if no principal stands for the user. */
  readonly subjectToken: string | undefined;
}

/** Returns a text that stands for a key and holds no token. */
export function keyDigest({ name, subjectToken }: SessionKey): string {
  return digest(JSON.stringify([name, subjectToken ?? null]));
}
