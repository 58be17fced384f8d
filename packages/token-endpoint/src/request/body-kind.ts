/** Names what a body is that should be JSON and is not. */

/** A body as it was read; `text` is `undefined` if it was too long. */
export interface UnreadBody {
  readonly text: string | undefined;
  readonly contentType: string;
}

/** What servers and the proxies in front of them send in place of JSON. */
export type BodyKind = "empty" | "HTML" | "XML" | "form-encoded" | "not a JSON object";

/** Names the kind of a body that is no JSON object. It shows nothing of the body. */
export function bodyKind({ text = "", contentType }: UnreadBody): BodyKind {
  const start = text.trimStart();
  if (start === "") return "empty";
  if (/html/i.test(contentType)) return "HTML";
  if (/\bxml\b/i.test(contentType) || /^<\?xml\b/i.test(start)) return "XML";
  if (start.startsWith("<")) return "HTML";
  const isForm = /x-www-form-urlencoded/i.test(contentType) || FORM.test(start);
  return isForm ? "form-encoded" : "not a JSON object";
}

/** Servers send it as text/plain, too. */
const FORM = /^(?:access_token|error|token_type)=[^\s"{}]*(?:&|$)/;
