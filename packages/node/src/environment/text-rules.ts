import { checkOptions, kindOf, type OptionNames } from "@agent-oauth/core/internal";
import { z } from "zod";

/** Says what is wrong with a text, without showing it; `undefined` if nothing is. */
export type TextRule = (text: string) => string | undefined;

/** A text that is not blank and keeps to a rule. */
export function checkedText(rule: TextRule): z.ZodType<string> {
  return z
    .string({
      error: ({ input }) =>
        input === undefined ? "is missing" : `must be a string, not ${kindOf(input)}`,
    })
    .superRefine((text, context) => {
      const fault = text.trim() === "" ? "is blank" : rule(text);
      if (fault !== undefined) context.addIssue(fault);
    });
}

/** An identifier that goes into forms and headers. */
export const identifierFault: TextRule = (text) =>
  /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? "contains control characters or line breaks" : undefined;

/** How a URL is judged. */
export interface UrlRuleOptions {
  /** Hosts, as `host` or `host:port`, that may be asked over `http:`. */
  readonly allowInsecureHosts: readonly string[];
  /** Whether the URL may have a query. */
  readonly query: boolean;
}

const urlRuleNames: OptionNames<UrlRuleOptions> = { allowInsecureHosts: true, query: true };

/**
 * Makes the rule for URLs that tokens or credentials are sent to.
 *
 * @throws TypeError naming an option that is unknown.
 */
export function urlRule(options: UrlRuleOptions): TextRule {
  checkOptions(options, { doing: "make a rule for URLs", names: urlRuleNames });
  const { allowInsecureHosts, query } = options;
  return (text) => {
    // URL parsers drop or turn some of these, so that what is read is not what is asked.
    if (/[\s\\\p{Cc}]/u.test(text))
      return "contains white space, a backslash or control characters";
    const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
    if (url === null) return "must be an absolute https: URL";
    if (url.username !== "" || url.password !== "")
      return "must not contain a user name or password";
    if (text.includes("#")) return "must not have a fragment";
    if (text.includes("?") && !query) return "must not have a query";
    if (url.protocol === "https:" || isNamed(url, allowInsecureHosts)) return undefined;
    return 'must be https:, unless "allowInsecureHosts" names its host';
  };
}

function isNamed(url: URL, hosts: readonly string[]): boolean {
  return hosts.includes(url.hostname) || hosts.includes(`${url.hostname}:${url.port || "80"}`);
}
