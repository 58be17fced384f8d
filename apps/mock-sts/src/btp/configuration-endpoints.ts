import { isRecord } from "../checks/is-record.ts";
import { isBlank } from "../checks/option-values.ts";
import { digest } from "../oauth/fingerprint.ts";
import { parseFilter } from "./configuration-filter.ts";
import { applyLabelPatch, labelsSchema } from "./configuration-labels.ts";
import { cutPage } from "./configuration-page.ts";
import {
  type Configuration,
  type ConfigurationKind,
  type ConfigurationLevel,
  type ConfigurationShelf,
  type Configurations,
  NAME_PROPERTIES,
} from "./configurations.ts";
import { configurationNotFound, ServiceError } from "./service-error.ts";

/** A request for a collection of configurations, or for something within it. */
export interface ConfigurationRequest {
  readonly method: string;
  /** Path below the service's root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
  readonly shelf: ConfigurationShelf;
  readonly name: string | undefined;
  readonly aspect: "labels" | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

const COLLECTION_PATTERN =
  /^(instance|subaccount)(Destinations|DestinationFragments|Certificates)$/;

/** Reads a collection's segment of a path, such as `instanceDestinationFragments`. */
export function parseCollection(
  segment: string,
): { level: ConfigurationLevel; kind: ConfigurationKind } | undefined {
  const [, level, kind] = COLLECTION_PATTERN.exec(segment) ?? [];
  if (level === undefined) return undefined;
  return { level: level as ConfigurationLevel, kind: kind as ConfigurationKind };
}

/**
 * Responds to a request for a collection, one of its configurations or the labels of one.
 *
 * @throws ServiceError if the request cannot be fulfilled.
 */
export function handleConfigurationRequest(
  request: ConfigurationRequest,
  configurations: Configurations,
): Response {
  const { method, aspect, name } = request;
  const target = aspect ?? (name === undefined ? "collection" : "entity");
  const action = ACTIONS[`${method} ${target}`];
  if (action === undefined) throw new ServiceError(405, "The method is not allowed here");
  return action(request, configurations);
}

type Action = (request: ConfigurationRequest, configurations: Configurations) => Response;

const ACTIONS: Readonly<Record<string, Action>> = {
  "GET collection": (request, configurations) => {
    const { shelf, query, path, now } = request;
    const filter = query.get("$filter");
    const all = configurations.list(shelf);
    const page = cutPage(all, { query, path });
    const items = filter ? all.filter(parseFilter(filter, { ...shelf, now })) : page.items;
    return Response.json(
      items.map(({ properties }) => properties),
      { headers: page.headers },
    );
  },

  "POST collection": ({ shelf, body }, configurations) => {
    const { name, properties } = parseConfiguration(shelf.kind, body);
    if (configurations.get(shelf, name) !== undefined) {
      throw new ServiceError(409, "A configuration with the specified name exists");
    }
    configurations.put(shelf, { name, properties, labels: [] });
    return new Response(null, { status: 201 });
  },

  "PUT collection": ({ shelf, body }, configurations) => {
    const { name, properties } = parseConfiguration(shelf.kind, body);
    const { labels } = find(configurations, shelf, name);
    configurations.put(shelf, { name, properties, labels });
    return Response.json({ Count: 1 });
  },

  "GET entity": ({ shelf, name, headers }, configurations) => {
    const { properties } = find(configurations, shelf, name);
    const ETag = `"${digest(JSON.stringify(properties)).slice(0, 16)}"`;
    const match = headers.get("if-match");
    const noneMatch = headers.get("if-none-match");
    if (noneMatch === ETag) return new Response(null, { status: 304, headers: { ETag } });
    if (match !== null && match !== ETag) throw new ServiceError(412, "The configuration changed");
    return Response.json(properties, { headers: { ETag } });
  },

  "DELETE entity": ({ shelf, name = "" }, configurations) =>
    Response.json({ Count: configurations.remove(shelf, name) ? 1 : 0 }),

  "GET labels": ({ shelf, name }, configurations) =>
    Response.json(find(configurations, shelf, name).labels),

  "PUT labels": ({ shelf, name, body }, configurations) => {
    const found = find(configurations, shelf, name);
    const labels = labelsSchema.safeParse(parseJson(body));
    if (!labels.success) throw new ServiceError(400, "The labels are invalid");
    configurations.put(shelf, { ...found, labels: labels.data });
    return Response.json({ Count: 1 });
  },

  "PATCH labels": ({ shelf, name, body }, configurations) => {
    const found = find(configurations, shelf, name);
    const labels = applyLabelPatch(found.labels, parseJson(body));
    configurations.put(shelf, { ...found, labels });
    return Response.json({ Count: 1 });
  },
};

function find(
  configurations: Configurations,
  shelf: ConfigurationShelf,
  name: string | undefined,
): Configuration {
  const found = configurations.get(shelf, name ?? "");
  if (found === undefined) throw configurationNotFound();
  return found;
}

/** Longest name of a configuration. */
const MAX_NAME_LENGTH = 200;

function parseConfiguration(kind: ConfigurationKind, body: string) {
  const properties = parseJson(body);
  if (!isRecord(properties)) throw new ServiceError(400, "The body must be a JSON object");
  const name = properties[NAME_PROPERTIES[kind]];
  if (typeof name !== "string" || isBlank(name) || name.length > MAX_NAME_LENGTH) {
    throw new ServiceError(400, `The property ${NAME_PROPERTIES[kind]} is invalid`);
  }
  if (Object.values(properties).some((value) => typeof value !== "string")) {
    throw new ServiceError(400, "All properties must be strings");
  }
  if (kind === "DestinationFragments" && ("Name" in properties || "Type" in properties)) {
    throw new ServiceError(400, "A fragment may contain neither Name nor Type");
  }
  return { name, properties: properties as Record<string, string> };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError(400, "The body is not JSON");
  }
}
