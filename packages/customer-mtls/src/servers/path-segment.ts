import type { TextRule } from "@agent-oauth/node/internal";

/** The rule for ids that become path segments: an id must not change the path around it. */
export const pathSegmentViolation: TextRule = (text) => {
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) return "contains control characters or line breaks";
  // Many servers and proxies decode %2F and the like before they route.
  if (/[/\\?#]/.test(text)) return 'contains "/", "\\", "?" or "#"';
  return text === "." || text === ".." ? "is a relative path" : undefined;
};
