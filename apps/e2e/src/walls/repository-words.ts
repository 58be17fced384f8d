/** One thing that no tracked file may contain. */
interface Refusal {
  readonly reason: string;
  /** The files it is about. */
  readonly files: RegExp;
  readonly pattern: RegExp;
}

const everywhere = /(?:)/;

const refusals: readonly Refusal[] = [
  {
    reason: "a home folder of a developer",
    files: everywhere,
    pattern: /\/(?:home|Users)\/[\w.-]+\/|\/root\/|\b[A-Za-z]:\\Users\\/,
  },
  {
    reason: "a test that is skipped or runs alone",
    files: /\.test\.ts$/,
    pattern: /\b(?:describe|it|prop|suite|test)(?:\.\w+)*\.(?:only|skip|skipIf|runIf|todo|fails)\b/,
  },
  {
    reason: "a test that is skipped",
    files: /\.test\.ts$/,
    pattern: /\b(?:xit|xdescribe|xtest)\(|\b(?:ctx|context)\.skip\(/,
  },
  {
    reason: "the address of a package",
    files: /(?:^|\/)pnpm-lock\.yaml$/,
    pattern: /https?:\/\//,
  },
];

/**
 * Lists what a file contains and may not, one sentence each, with the line.
 *
 * @param places absolute folders of this machine that must not be named, such as the checkout's
 */
export function wordViolations(
  { file, text }: { file: string; text: string },
  places: readonly string[],
): readonly string[] {
  const relevant = refusals.filter(({ files }) => files.test(file));
  return text.split("\n").flatMap((line, index) => {
    const reasons = relevant.filter(({ pattern }) => pattern.test(line)).map((r) => r.reason);
    if (places.some((place) => line.includes(place))) reasons.push("a folder of this machine");
    return reasons.map((reason) => `${file}:${index + 1} names ${reason}`);
  });
}
