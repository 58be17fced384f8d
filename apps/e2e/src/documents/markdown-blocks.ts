/** A fenced block of a Markdown text. */
export interface MarkdownBlock {
  readonly language: string;
  /** What stands behind the language: a file's name, or `background`. No reader sees it. */
  readonly info: string;
  readonly text: string;
}

/** Lists the fenced blocks of a Markdown text in their order. */
export function markdownBlocks(markdown: string): readonly MarkdownBlock[] {
  return Array.from(
    markdown.matchAll(/^```(\w+)[ \t]*([^\n]*)\n(.*?)^```$/gms),
    ([, language = "", info = "", text = ""]) => ({ language, info: info.trim(), text }),
  );
}

/** The complete TypeScript programs among the blocks: those that import something. Others are parts of programs. */
export function programs(markdown: string): readonly string[] {
  return markdownBlocks(markdown)
    .filter(({ language, text }) => language === "ts" && /^import /m.test(text))
    .map(({ text }) => text);
}
