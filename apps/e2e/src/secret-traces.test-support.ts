import { inspect } from "node:util";

/** All that can be seen of an error. */
export function shown(error: unknown): string {
  return `${inspect(error, { depth: null, showHidden: true })} ${JSON.stringify(error)} ${
    error instanceof Error ? error.stack : ""
  }`;
}

/** What must not be seen of a JWT: claims and signature. Its header is the same in all of them. */
export function partsOfJwt(jwt: string): string[] {
  const [, payload = "", signature = ""] = jwt.split(".");
  return [payload.slice(0, 40), payload.slice(-40), signature.slice(0, 40), signature.slice(-40)];
}

/** The text in base64, wherever in a longer text it begins. */
export function base64Cores(text: string): string[] {
  return [0, 1, 2].map((shift) =>
    Buffer.from(`${"x".repeat(shift)}${text}`)
      .toString("base64url")
      .slice(4, -4),
  );
}
