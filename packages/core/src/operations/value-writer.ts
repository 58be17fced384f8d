import { framed } from "../key/request-shape.ts";
import { isPlainObject, kindOf } from "../options/plain-object.ts";

/** Arguments of an API call are smaller than these limits. A larger value would block the process. A shared object counts each time it occurs. */
const MAX_VALUES = 65_536;
const MAX_CHARACTERS = 4_194_304;
const MAX_DEPTH = 100;
/** How many characters of a place are shown. */
const MAX_PLACE = 200;

/** Options of {@link ValueWriter}. */
export interface ValueWriterOptions {
  /** Tells whether to leave out the member `signal` of an argument (an object at the second level). Default: always kept. */
  readonly isLeftOut?: (value: unknown) => boolean;
}

interface Place {
  readonly name: string;
  /** The objects that contain the value, the outermost first. */
  readonly within: readonly object[];
}

/** Writes one value as a string, part by part, until it is complete or exceeds a limit. */
export class ValueWriter {
  readonly #place: string;
  readonly #isLeftOut: (value: unknown) => boolean;
  readonly #parts: string[] = [];
  #values = 0;
  #characters = 0;

  /** @param place names the value in errors. */
  constructor(place: string, { isLeftOut = () => false }: ValueWriterOptions = {}) {
    this.#place = place;
    this.#isLeftOut = isLeftOut;
  }

  /**
   * Writes the value.
   *
   * @throws TypeError if a part of the value cannot be written, or if the value exceeds a limit. The message names the place.
   */
  written(value: unknown): string {
    this.#write(value, { name: this.#place, within: [] });
    return this.#parts.join("");
  }

  #write(value: unknown, place: Place): void {
    this.#requireRoom(1);
    this.#values++;
    switch (typeof value) {
      case "string":
        this.#add(`s${framed(value)}`);
        break;
      case "object":
        if (value === null) this.#add("null;");
        else this.#writeObject(value, place);
        break;
      case "function":
      case "symbol":
        throw unwritable(place.name, kindOf(value));
      default:
        this.#add(`${typeof value} ${Object.is(value, -0) ? "-0" : value};`);
    }
  }

  #writeObject(value: object, { name, within }: Place): void {
    if (within.includes(value)) throw unwritable(name, "an object that holds itself");
    if (within.length >= MAX_DEPTH) throw unwritable(name, `more than ${MAX_DEPTH} levels deep`);
    const place = { name, within: [...within, value] };
    if (isArray(value)) this.#writeList(value, place);
    else if (isPlainObject(value)) this.#writeMembers(value, place);
    else this.#writeInstance(value, name);
  }

  /** Writes a list. A hole differs from `undefined`, since `in` and `forEach` tell them apart. */
  #writeList(list: readonly unknown[], place: Place): void {
    const { name } = place;
    this.#requireRoom(list.length); // Checked before the loop, since the list may be long and empty.
    for (const key of Reflect.ownKeys(list)) {
      if (key !== "length" && !isIndex(key)) throw unwritable(name, "a list with own members");
      if (key !== "length") requireData(list, key, name);
    }
    this.#add(`list${list.length}:`);
    for (let i = 0; i < list.length; i++) {
      if (i in list) this.#write(list[i], { ...place, name: `${name}[${i}]` });
      else this.#add("hole;");
    }
  }

  #writeMembers(value: Readonly<Record<string, unknown>>, place: Place): void {
    const { name, within } = place;
    const names: string[] = [];
    const keys = Reflect.ownKeys(value);
    this.#requireRoom(keys.length);
    for (const key of keys) {
      if (typeof key === "symbol") {
        throw unwritable(name, "an object with members that are named by symbols");
      }
      requireData(value, key, name);
      const member = value[key];
      const leftOut = within.length === 2 && key === "signal" && this.#isLeftOut(member);
      if (member !== undefined && !leftOut) names.push(key);
    }
    this.#add(`object${names.length}:`);
    for (const key of names.sort()) {
      this.#add(framed(key));
      this.#write(value[key], { ...place, name: `${name}.${key}` });
    }
  }

  #writeInstance(value: object, name: string): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    const isBare = Reflect.ownKeys(value).length === 0;
    const written = isBare ? instanceText(value, prototype) : undefined;
    if (written === undefined) {
      const known = prototype === Date.prototype || prototype === URL.prototype;
      throw unwritable(name, `${kindOf(value)}${known && !isBare ? " with own members" : ""}`);
    }
    this.#add(written);
  }

  #add(part: string): void {
    this.#characters += part.length;
    if (this.#characters > MAX_CHARACTERS) throw this.#tooMuch(`${MAX_CHARACTERS} characters`);
    this.#parts.push(part);
  }

  #requireRoom(values: number): void {
    if (this.#values + values > MAX_VALUES) throw this.#tooMuch(`${MAX_VALUES} values`);
  }

  #tooMuch(limit: string): TypeError {
    return unwritable(this.#place, `more than ${limit}`);
  }
}

/** Accepts a list of another realm, but not an instance of a subclass. */
function isArray(value: object): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Array.prototype ||
    (Array.isArray(prototype) && isPlainObject(Object.getPrototypeOf(prototype)))
  );
}

function isIndex(key: string | symbol): boolean {
  return typeof key === "string" && /^(?:0|[1-9]\d*)$/.test(key);
}

/** Refuses getters, which may return another value the next time, and hidden members, which are not copied. */
function requireData(object: object, key: string | symbol, place: string): void {
  const member = Object.getOwnPropertyDescriptor(object, key);
  if (member !== undefined && "value" in member && member.enumerable === true) return;
  throw unwritable(place, "an object with getters or hidden members");
}

/** Writes a `Date` or a `URL`. Subclasses are refused, since their own state would be left out. */
function instanceText(value: object, prototype: unknown): string | undefined {
  try {
    if (prototype === Date.prototype) return `date ${Date.prototype.getTime.call(value)};`;
    if (prototype === URL.prototype) return `url${framed((value as URL).href)}`;
  } catch {
    // The value has the prototype, but is not a real `Date` or `URL`.
  }
  return undefined;
}

function unwritable(place: string, what: string): TypeError {
  return new TypeError(
    `Cannot tell calls apart: ${place.slice(0, MAX_PLACE)} is ${what}; the option "key" can say what counts`,
  );
}
