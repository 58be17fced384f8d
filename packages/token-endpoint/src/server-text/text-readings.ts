/** More than a text has by accident, in each layer of encoding. */
const MAX_UNESCAPED = 64;
const MAX_READINGS = 512;
/** Base64 in base64 is as deep as servers nest by mistake. */
const LAYERS = 2;

/**
 * Lists how a text reads: as it is, and with its escapes (HTML, JSON, URLs, quoted-printable) and encodings (base64,
 * hexadecimal) undone, one inside the other.
 *
 * @returns `undefined` if there are too many readings to list.
 */
export function readingsOf(text: string): readonly string[] | undefined {
  let layer = unescapedReadings([text]);
  const readings = [...(layer ?? [])];
  for (let depth = 0; layer !== undefined && depth < LAYERS; depth++) {
    layer = unescapedReadings(layer.flatMap((one) => [...base64(one), ...hex(one)]));
    readings.push(...(layer ?? []));
    if (readings.length > MAX_READINGS) return undefined;
  }
  return layer && readings;
}

/** Each step makes a text shorter or leaves it, so that this ends. */
function unescapedReadings(texts: readonly string[]): readonly string[] | undefined {
  const readings = new Set(texts);
  const most = readings.size + MAX_UNESCAPED;
  for (const reading of readings) {
    for (const step of [joined, html, backslashes, percents, quotedPrintable]) {
      readings.add(step(reading));
    }
    if (readings.size > most) return undefined;
  }
  return [...readings];
}

/** A line break may be inside an escape. */
function joined(text: string): string {
  return text.replace(/\s+/g, "");
}

/** Named entities stand for punctuation, or for letters that a comparison can do without. */
function html(text: string): string {
  return text
    .replace(/<[/!]?[a-z][^<>]*>/gi, "")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]\w{1,30}));?/gi, (...match) => {
      const [, decimal, hexadecimal, name] = match as (string | undefined)[];
      if (name !== undefined) return name.toLowerCase() === "amp" ? "&" : "";
      return character(Number(decimal ?? `0x${hexadecimal}`));
    });
}

function backslashes(text: string): string {
  return text.replace(
    /\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2})|([0-7]{3})|(.))/gis,
    (...match) => {
      const [, braced, four, two, octal, other = ""] = match as (string | undefined)[];
      const digits = braced ?? four ?? two;
      if (digits !== undefined) return character(Number.parseInt(digits, 16));
      if (octal !== undefined) return character(Number.parseInt(octal, 8));
      return /[nrtbfv0]/.test(other) ? " " : other;
    },
  );
}

function percents(text: string): string {
  return text
    .replace(/%u([\da-f]{4})/gi, (_, digits: string) => character(Number.parseInt(digits, 16)))
    .replace(/(?:%[\da-f]{2})+/gi, (run) => bytes(run.replaceAll("%", "")));
}

/** RFC 2045 §6.7. */
function quotedPrintable(text: string): string {
  return text.replace(/(?:=[\da-f]{2})+/gi, (run) => bytes(run.replaceAll("=", "")));
}

/** Words before an encoded part only shift it: at one of the offsets it reads right. */
function base64(text: string): string[] {
  const parts = text.replace(/[^\w+/=-]/g, "").split(/=+/);
  return [0, 1, 2, 3].map((offset) =>
    parts.map((part) => Buffer.from(part.slice(offset), "base64").toString()).join(" "),
  );
}

function hex(text: string): string[] {
  const digits = text.replace(/0x/gi, "").replace(/[^\da-f]/gi, "");
  return [0, 1].map((offset) => bytes(digits.slice(offset)));
}

function bytes(digits: string): string {
  return Buffer.from(digits, "hex").toString();
}

function character(code: number): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : "";
}
