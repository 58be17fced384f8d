/** One fenced block of a Markdown text. */
export interface DocumentBlock {
  /** The first word behind the fence. */
  readonly language: string;
  /** What follows the language; readers of the page do not see it. */
  readonly label: string | undefined;
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
}

/** Lists the fenced blocks of a Markdown text in their order. */
export function documentBlocks(markdown: string): readonly DocumentBlock[] {
  const fences = markdown.matchAll(/^```(\w+)(?:[ \t]+(\S.*?))?[ \t]*\n(.*?)^```$/gms);
  return Array.from(fences, ({ 1: language = "", 2: label, 3: text = "", index }) => ({
    language,
    label,
    text,
    line: markdown.slice(0, index).split("\n").length,
  }));
}

/** Whether a block is TypeScript that imports something, and so stands for itself. */
export function isProgram({ language, text }: DocumentBlock): boolean {
  return language === "ts" && /^import\b/m.test(text);
}
