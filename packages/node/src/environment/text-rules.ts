import {
  checkedInsecureHosts,
  checkOptions,
  checkUrl,
  kindOf,
  type OptionNames,
} from "@agent-oauth/core/internal";
import { z } from "zod";

/** Says which rule a text violates, without showing the text; `undefined` if it violates none. */
export type TextRule = (text: string) => string | undefined;

/** A text that is not blank and keeps to a rule. */
export function checkedText(rule: TextRule): z.ZodType<string> {
  return z
    .string({
      error: ({ input }) =>
        input === undefined ? "is missing" : `must be a string, not ${kindOf(input)}`,
    })
    .superRefine((text, context) => {
      const violation = text.trim() === "" ? "is blank" : rule(text);
      if (violation !== undefined) context.addIssue(violation);
    });
}

/** The rule for identifiers that are sent in forms and headers. */
export const identifierViolation: TextRule = (text) =>
  /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? "contains control characters or line breaks" : undefined;

/** Which URLs a rule allows. */
export interface UrlRuleOptions {
  /** Hosts, as `host` or `host:port`, that may be called over `http:`. */
  readonly allowInsecureHosts: readonly string[];
  /** Whether the URL may have a query. */
  readonly query: boolean;
}

/** Without the host: a text in the wrong place may be a secret. */
const INSECURE = 'must be https:, unless "allowInsecureHosts" names its host';

const URL_RULE_OPTIONS: OptionNames<UrlRuleOptions> = { allowInsecureHosts: true, query: true };

/**
 * Makes the rule for URLs to which tokens or credentials are sent: that of `checkUrl`, and no white space, backslash or
 * fragment. It shows nothing of a URL.
 *
 * @throws TypeError naming an option that is unknown, or "allowInsecureHosts" if it is not a list of hosts.
 */
export function urlRule(options: UrlRuleOptions): TextRule {
  const doing = "make a rule for URLs";
  checkOptions(options, { doing, names: URL_RULE_OPTIONS });
  const { query } = options;
  const allowInsecureHosts = checkedInsecureHosts(options.allowInsecureHosts, doing);
  return (text) => {
    // URL parsers drop or replace some of these: the URL that is called would not be the one that was read.
    if (/[\s\\\p{Cc}]/u.test(text)) {
      return "contains white space, a backslash or control characters";
    }
    if (!/^https?:\/\//i.test(text)) return "must be an absolute https: URL";
    const verdict = checkUrl(text, allowInsecureHosts);
    if (!("url" in verdict)) return verdict.kind === "insecure" ? INSECURE : verdict.violation;
    if (text.includes("#")) return "must not have a fragment";
    return text.includes("?") && !query ? "must not have a query" : undefined;
  };
}
