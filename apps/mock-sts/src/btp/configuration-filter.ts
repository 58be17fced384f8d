import { percentDecode } from "../oauth/percent-decoding.ts";
import type { Configuration, ConfigurationKind } from "./configurations.ts";
import { ServiceError } from "./service-error.ts";

/** Chooses configurations of a list. */
export type ConfigurationFilter = (configuration: Configuration) => boolean;

const QUOTED = "'[^']*'";
const LIST = String.raw`\(\s*${QUOTED}(?:\s*,\s*${QUOTED})*\s*\)`;
const NAMES_PATTERN = new RegExp(`^Name in (${LIST})$`);
const LABEL_PATTERN = new RegExp(String.raw`^Label\[(${QUOTED})\] HAS (${LIST})$`);
const LABELS_PATTERN = new RegExp(
  String.raw`^Label\[${QUOTED}\] HAS ${LIST}(?: AND Label\[${QUOTED}\] HAS ${LIST})*$`,
);
const AFFIX_PATTERN = /^(startswith|endswith)\(Name,\s*'((?:[^']|'')*)'\)$/;
const MODIFIED_PATTERN = /^modifiedwithin\('(\d+)',\s*'minutes'\)$/;

/**
 * Reads a `$filter`, already decoded once as a part of the URL.
 *
 * Names, label keys and label values are percent-encoded a second time within their quotes. Affixes
 * and times of change work for destinations only.
 *
 * @throws ServiceError 400 if the text is not a filter.
 */
export function parseFilter(
  filter: string,
  { kind, now }: { kind: ConfigurationKind; now: number },
): ConfigurationFilter {
  const text = filter.trim();
  const names = NAMES_PATTERN.exec(text)?.[1];
  if (names !== undefined) return hasName(decodeList(names));
  if (LABELS_PATTERN.test(text)) return hasLabels(text);
  if (kind === "Destinations") {
    const [, affix, encoded] = AFFIX_PATTERN.exec(text) ?? [];
    if (encoded !== undefined) return hasAffix(affix, encoded.replaceAll("''", "'"));
    const minutes = Number(MODIFIED_PATTERN.exec(text)?.[1]);
    if (minutes >= 1 && minutes <= 1440) {
      return ({ modifiedAt }) => modifiedAt >= now - minutes * 60_000;
    }
  }
  throw invalidFilter();
}

function hasName(names: readonly string[]): ConfigurationFilter {
  return ({ name }) => names.includes(name);
}

/** Any value of one label is enough; every label must have one. */
function hasLabels(text: string): ConfigurationFilter {
  const wanted = splitLabels(text).map((term) => {
    const [, key = "", values = ""] = LABEL_PATTERN.exec(term) ?? [];
    return { key: decode(key.slice(1, -1)), values: decodeList(values) };
  });
  return ({ labels }) =>
    wanted.every(({ key, values }) =>
      labels.some((label) => label.key === key && label.values.some((v) => values.includes(v))),
    );
}

/** A quote cannot occur within quotes, so every match is a term. */
function splitLabels(text: string): string[] {
  return text.match(new RegExp(String.raw`Label\[${QUOTED}\] HAS ${LIST}`, "g")) ?? [];
}

function hasAffix(affix: string | undefined, text: string): ConfigurationFilter {
  return ({ name }) => (affix === "startswith" ? name.startsWith(text) : name.endsWith(text));
}

function decodeList(encoded: string): string[] {
  const parts = encoded.match(new RegExp(QUOTED, "g")) ?? [];
  return parts.map((part) => decode(part.slice(1, -1)));
}

function decode(text: string): string {
  const decoded = percentDecode(text);
  if (decoded === undefined) throw invalidFilter();
  return decoded;
}

function invalidFilter(): ServiceError {
  return new ServiceError(400, "The value of the query parameter $filter is invalid");
}
