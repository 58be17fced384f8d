/** Whether an output is what a document shows, in which `…` stands for anything; space at both ends does not count. */
export function isPrinted(shown: string, output: string): boolean {
  const literal = shown.trim().split("…").map(escaped);
  return new RegExp(`^${literal.join(".*?")}$`, "s").test(output.trim());
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
