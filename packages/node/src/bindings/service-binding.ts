import { join } from "node:path";
import { TokenError } from "@agent-oauth/core";
import { kindOf, shownName } from "@agent-oauth/core/internal";
import { z } from "zod";
import { readSecretText } from "../watched-file/secret-directory.ts";
import { readTextFile } from "../watched-file/text-file.ts";

/** One service bound to this workload: a directory whose files are its entries. */
export interface ServiceBinding {
  /** The directory's name, which is the binding's. */
  readonly name: string;
  /** The kind of service, such as `"destination"`. */
  readonly type: string;
  /** Its provider, if the binding names one. */
  readonly provider: string | undefined;
  /** Absolute. */
  readonly directory: string;
  /** The names of its files, hidden ones left out, sorted. */
  readonly entries: readonly string[];
}

const property = z.object({
  name: z.string().min(1),
  format: z.enum(["text", "json"]),
  container: z.boolean().optional(),
});

const metadataSchema = z.object({ credentialProperties: z.array(property) });

/** Entries that describe the binding; all others are credentials. */
const DESCRIPTIVE: ReadonlySet<string> = new Set(["type", "provider"]);

/**
 * Returns the path of a binding's entry, to watch it or to read it.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if the binding has no such entry.
 */
export function bindingEntryPath(binding: ServiceBinding, entry: string): string {
  if (binding.entries.includes(entry)) return join(binding.directory, entry);
  throw unusable(binding, `it has no entry ${shownName(entry)}`);
}

/**
 * Reads a binding's credentials: the entries that its `.metadata` file lists, JSON ones parsed and containers spread, or
 * without such a file all but `type` and `provider` as text. Trailing newlines are dropped. If the binding is one JSON file,
 * its members are the credentials.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` naming the entry that is missing, unreadable or not JSON.
 * @throws TypeError if `binding` is not one that {@link findServiceBindings} lists.
 * @see {@link https://servicebinding.io/spec/core/1.1.0/#workload-projection Service Binding: Workload Projection}
 */
export async function readServiceBinding(
  binding: ServiceBinding,
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof binding?.directory !== "string" || !Array.isArray(binding.entries)) {
    throw new TypeError(
      `Cannot read a service binding: "binding" must be one that findServiceBindings lists, not ${kindOf(binding)}`,
    );
  }
  const properties = (await listedProperties(binding)) ?? plainProperties(binding);
  const parts = await Promise.all(properties.map((listed) => readProperty(binding, listed)));
  return Object.fromEntries(parts.flat());
}

type Property = z.output<typeof property>;

async function listedProperties(binding: ServiceBinding): Promise<Property[] | undefined> {
  let text: string;
  try {
    ({ text } = await readTextFile(join(binding.directory, ".metadata")));
  } catch (error) {
    const absent = TokenError.isInstance(error) && error.code === "ERR_TOKEN_SOURCE_UNAVAILABLE";
    if (absent) return undefined;
    throw error;
  }
  const metadata = metadataSchema.safeParse(parseJson(binding, ".metadata", text));
  if (metadata.success) return metadata.data.credentialProperties;
  const where = shownName(metadata.error.issues[0]?.path.join(".") ?? "");
  throw unusable(binding, `".metadata" does not list its credentials as expected, see ${where}`);
}

function plainProperties({ entries }: ServiceBinding): Property[] {
  const isRootKey = !entries.includes("type");
  if (isRootKey) return entries.map((name) => ({ name, format: "json", container: true }));
  return entries
    .filter((name) => !DESCRIPTIVE.has(name))
    .map((name) => ({ name, format: "text" as const }));
}

async function readProperty(
  binding: ServiceBinding,
  { name, format, container = false }: Property,
): Promise<[string, unknown][]> {
  const text = await readSecretText(bindingEntryPath(binding, name));
  if (format === "text") return [[name, text]];
  const value = parseJson(binding, name, text);
  if (!container) return [[name, value]];
  const spread = z.record(z.string(), z.unknown()).safeParse(value);
  if (!spread.success) throw unusable(binding, `entry ${shownName(name)} is not a JSON object`);
  return Object.entries(spread.data);
}

function parseJson(binding: ServiceBinding, entry: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be a secret.
    throw unusable(binding, `${shownName(entry)} is not JSON`);
  }
}

function unusable({ directory }: ServiceBinding, reason: string): TokenError {
  const name = JSON.stringify(directory);
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot use service binding ${name}: ${reason}`);
}
