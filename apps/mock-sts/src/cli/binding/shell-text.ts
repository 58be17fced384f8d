/**
 * Writes a text as one word of a shell command. Within single quotes, a shell leaves everything
 * unchanged, except the quote itself.
 */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
