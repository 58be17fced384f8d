import type { DocumentBlock } from "./document-blocks.ts";

/** What a reader does with one block. */
export type DocumentStep = (
  | { readonly kind: "file"; readonly name: string }
  /** `printed` is the text that the document promises: the block that follows. */
  | { readonly kind: "command"; readonly printed: string | undefined }
  | { readonly kind: "background" }
) & { readonly text: string; readonly line: number };

/** Languages of blocks that become files, if a name follows. */
const files = new Set(["ts", "js", "json", "yaml"]);

/**
 * Lists what a reader of a document does in an empty folder. A document without a file has no steps: its commands are for
 * other places. The words behind the language decide, and only this tool reads them:
 *
 * - ```` ```ts NAME ````, also `js`, `json` and `yaml`: save it as this file
 * - ```` ```sh ````: run it; a `text` block right behind it is what it prints, with `…` for anything
 * - ```` ```sh background ````: start it in another shell, and go on when it prints "ready"
 * - ```` ```sh repository ````: for those who have a clone of the repository, so not run
 */
export function documentSteps(blocks: readonly DocumentBlock[]): readonly DocumentStep[] {
  const steps = blocks.flatMap((block, index) => {
    const next = blocks[index + 1];
    const step = stepOf(block, next?.language === "text" ? next.text : undefined);
    return step === undefined ? [] : [step];
  });
  return steps.some(({ kind }) => kind === "file") ? steps : [];
}

function stepOf(
  { language, label, text, line }: DocumentBlock,
  printed: string | undefined,
): DocumentStep | undefined {
  if (language !== "sh") {
    const isFile = files.has(language) && label !== undefined;
    return isFile ? { kind: "file", name: label, text, line } : undefined;
  }
  if (label === undefined) return { kind: "command", text, line, printed };
  if (label === "background") return { kind: "background", text, line };
  if (label === "repository") return undefined;
  throw new Error(`Cannot read the block of line ${line}: "${label}" says nothing about sh`);
}
