/** Shortens texts of servers. Their beginning is often boilerplate, and the cause stands at the end. */

const MARK = " […] ";

/** Cuts a text in the middle if it is longer than `max` characters, and marks the cut. The result has at most `max` characters. */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = Math.ceil((max - MARK.length) / 2);
  const tail = max - MARK.length - head;
  return `${text.slice(0, head)}${MARK}${text.slice(text.length - tail)}`;
}
