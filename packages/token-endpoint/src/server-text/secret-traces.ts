import { readingsOf } from "./text-readings.ts";

/** Shorter runs are words that a message may share with a secret by chance. In letters and digits. */
const TELLING_RUN = 8;

/**
 * Tells whether a text gives away a telling part of a secret: eight of its letters and digits in a row, or eight of its
 * characters as they are, or all of them if there are fewer. Case and whatever stands between letters and digits do not count, and the text is also read with its
 * escapes and encodings undone.
 */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  const given = secrets.filter((secret) => secret !== "");
  if (given.length === 0) return false;
  const readings = readingsOf(text);
  // A text with more layers than anybody writes by accident hides something.
  if (readings === undefined) return true;
  const letters = [...new Set(readings.flatMap(lettersOf))];
  const runs = new Set(letters.flatMap((reading) => [...runsOf(reading)]));
  const literal = new Set(readings.flatMap((reading) => [...runsOf(reading)]));
  return given.some((secret) => {
    // Signs count as well where they are repeated as they are: some secrets have little else.
    if (hasAny(literal, secret)) return true;
    const spellings = [secret, ...base64Of(secret)].flatMap(lettersOf);
    if (spellings.length === 0) return readings.some((reading) => reading.includes(secret));
    return spellings.some((spelling) =>
      spelling.length < TELLING_RUN
        ? letters.some((reading) => reading.includes(spelling))
        : hasAny(runs, spelling),
    );
  });
}

/**
 * Reduces a text to its letters and digits, whatever their case and accents are. Those beyond ASCII are dropped as well in
 * a second form, as a server may have garbled them, unless little would be left to compare.
 */
function lettersOf(text: string): string[] {
  const folded = text.normalize("NFKD").toUpperCase().toLowerCase().normalize("NFKD");
  const letters = folded.replace(/[^\p{L}\p{N}]/gu, "");
  const ascii = text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const forms = ascii.length < TELLING_RUN ? [letters] : [...new Set([letters, ascii])];
  return forms.filter((form) => form !== "");
}

/** All base64 that holds the secret at some place shares a long run with one of these, also where its case is lost. */
function base64Of(secret: string): string[] {
  return [0, 1, 2]
    .map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
      // The ends also depend on what stands beside the secret.
      return bytes.toString("base64url").slice(Math.ceil((before * 8) / 6), -1);
    })
    .filter((encoded) => encoded.length >= TELLING_RUN);
}

function* runsOf(letters: string): Generator<string> {
  for (let start = 0; start + TELLING_RUN <= letters.length; start++) {
    yield letters.slice(start, start + TELLING_RUN);
  }
}

function hasAny(runs: ReadonlySet<string>, letters: string): boolean {
  for (const run of runsOf(letters)) if (runs.has(run)) return true;
  return false;
}
