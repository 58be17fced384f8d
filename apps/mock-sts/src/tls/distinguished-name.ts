/** One attribute of a name: its type as a dotted OID, its value ready for comparison. */
interface Attribute {
  readonly type: string;
  readonly value: string;
}

/** A relative distinguished name: one attribute, or several joined by `+`. */
export type RelativeName = readonly Attribute[];

/** A distinguished name in RFC 4514 order: the most specific part first. */
export type DistinguishedName = readonly RelativeName[];

/** Short names of RFC 4514 §3, and the few others certificates use. */
const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SN: "2.5.4.4",
  SERIALNUMBER: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  T: "2.5.4.12",
  TITLE: "2.5.4.12",
  G: "2.5.4.42",
  GN: "2.5.4.42",
  I: "2.5.4.43",
  DC: "0.9.2342.19200300.100.1.25",
  UID: "0.9.2342.19200300.100.1.1",
  E: "1.2.840.113549.1.9.1",
  EMAILADDRESS: "1.2.840.113549.1.9.1",
};

/**
 * Parses the string form of a distinguished name: escapes, hexadecimal pairs, `+` and spaces around separators.
 *
 * @throws TypeError if the text is not a distinguished name.
 * @see {@link https://www.rfc-editor.org/rfc/rfc4514#section-3 RFC 4514 §3}
 */
export function parseDistinguishedName(text: string): DistinguishedName {
  return splitUnescaped(text, ",").map((part) =>
    splitUnescaped(part, "+").map((attribute) => parseAttribute(attribute, text)),
  );
}

/** Returns the OID of an attribute type given as a short name or as an OID. */
export function attributeOid(type: string): string | undefined {
  return /^\d+(\.\d+)+$/.test(type) ? type : ATTRIBUTE_TYPES[type.toUpperCase()];
}

/**
 * Tells whether two names are the same: RDNs in order, attributes of one RDN in any order,
 * values without regard to case and repeated spaces.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5280#section-7.1 RFC 5280 §7.1}
 */
export function sameDistinguishedName(a: DistinguishedName, b: DistinguishedName): boolean {
  return canonical(a) === canonical(b);
}

function canonical(name: DistinguishedName): string {
  return JSON.stringify(
    name.map((rdn) => rdn.map(({ type, value }) => [type, fold(value)].join("=")).sort()),
  );
}

function fold(value: string): string {
  return value.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts = [""];
  for (const token of text.match(/\\.|[^\\]|\\$/gsu) ?? []) {
    if (token === separator) parts.push("");
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts;
}

function parseAttribute(attribute: string, whole: string): Attribute {
  const equals = attribute.indexOf("=");
  const oid = equals > 0 ? attributeOid(attribute.slice(0, equals).trim()) : undefined;
  if (oid === undefined) {
    throw new TypeError(
      `Cannot parse distinguished name ${JSON.stringify(whole)}: ${JSON.stringify(attribute.trim())} is not "type=value" with a known type`,
    );
  }
  return { type: oid, value: unescapeValue(attribute.slice(equals + 1), whole) };
}

function unescapeValue(value: string, whole: string): string {
  // An escaped space at either end belongs to the value; the others are padding.
  const trimmed = value.replace(/^ +/, "").replace(/(?<!\\)((?:\\\\)*) +$/, "$1");
  return trimmed.replace(/(?:\\[0-9a-f]{2})+|\\.|\\$/gis, (sequence) => {
    if (sequence === "\\") {
      throw new TypeError(
        `Cannot parse distinguished name ${JSON.stringify(whole)}: it ends within an escape`,
      );
    }
    if (!/^\\[0-9a-f]{2}/i.test(sequence)) return sequence.slice(1);
    return Buffer.from(sequence.replaceAll("\\", ""), "hex").toString("utf8");
  });
}
