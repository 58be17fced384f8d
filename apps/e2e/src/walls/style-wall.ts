/** The most lines of files that a reader must be able to take in at once. */
const limits: readonly { readonly files: RegExp; readonly lines: number }[] = [
  { files: /^(?:packages|apps)\/[^/]+\/src\/(?!.*\.test(?:-support)?\.ts$).*\.ts$/, lines: 250 },
  { files: /(?:^|\/)README\.md$/, lines: 120 },
  { files: /^(?:AGENTS|CONTRIBUTING)\.md$/, lines: 99 },
];

/** File names that say where code was put and not what it is about. */
const catchAll =
  /^(?:utils?|helpers?|common|misc|types?|managers?)$|-(?:utils?|helpers?|managers?)$/;

const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** What every package's README tells, each by the heading that begins with these words. */
const sections: readonly string[] = [
  "When not to use it",
  "Install",
  "Example",
  "Options",
  "Errors",
  "Specifications",
];

/** Lists what the length and the name of a file break, one sentence each. */
export function fileFaults(file: string, text: string): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const faults = limits
    .filter((limit) => limit.files.test(file) && lines > limit.lines)
    .map((limit) => `${file} has ${lines} lines, more than ${limit.lines}`);
  const concept = /\/src\/(?:.*\/)?([^/]+?)(?:\.[a-z-]+)?\.ts$/.exec(file)?.[1];
  if (concept === undefined) return faults;
  if (catchAll.test(concept)) faults.push(`${file} does not say what it is about`);
  if (!kebabCase.test(concept)) faults.push(`${file} is not in kebab case`);
  return faults;
}

/** Lists the sections that a package's README lacks. */
export function missingSections(readme: string): readonly string[] {
  return sections.filter((section) => !new RegExp(`^## ${section}\\b`, "m").test(readme));
}
