/** The most lines of files that a reader must be able to take in at once. */
const limits: readonly { readonly files: RegExp; readonly lines: number }[] = [
  { files: /^(?:packages|apps)\/.+\/src\/(?!.*\.test(?:-support)?\.ts$).*\.ts$/, lines: 250 },
  { files: /(?:^|\/)README\.md$/, lines: 170 },
  { files: /^(?:AGENTS|CONTRIBUTING)\.md$/, lines: 99 },
];

/** File names that say where code was put and not what it is about. */
const catchAll =
  /^(?:utils?|helpers?|common|misc|types?|managers?)$|-(?:utils?|helpers?|managers?)$/;

const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** What every package's README tells, and the beginnings of headings that tell it. */
const sections: Readonly<Record<string, RegExp>> = {
  "when not to use it": /^## When not to use it\b/m,
  "how to install it": /^## Install\b/m,
  "how to try it": /^## Try it\b/m,
  "its options": /^## Options\b/m,
  "its errors": /^## Errors\b/m,
  "its RFCs": /^## (?:Specifications|RFC sections)\b/m,
};

/** Lists what the length and the name of a file break, one sentence each. */
export function fileViolations(file: string, text: string): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const violations = limits
    .filter((limit) => limit.files.test(file) && lines > limit.lines)
    .map((limit) => `${file} has ${lines} lines, more than ${limit.lines}`);
  const concept = /\/src\/(?:.*\/)?([^/]+?)(?:\.[a-z-]+)?\.ts$/.exec(file)?.[1];
  if (concept === undefined) return violations;
  if (catchAll.test(concept)) violations.push(`${file} does not say what it is about`);
  if (!kebabCase.test(concept)) violations.push(`${file} is not in kebab case`);
  return violations;
}

/** Lists what a package's README does not tell. */
export function missingSections(readme: string): readonly string[] {
  return Object.keys(sections).filter((section) => !sections[section]?.test(readme));
}
