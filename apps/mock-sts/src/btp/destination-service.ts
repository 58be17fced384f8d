import { type Context, Hono } from "hono";
import type { MockEnv } from "../http/received-request.ts";
import { noteRefusal } from "../recording/note-refusal.ts";
import type { RouteName } from "../recording/recorded-request.ts";
import type { Tenants } from "../tenants/tenant.ts";
import type { Clock } from "../time/clock.ts";
import { retrieveTokens, type TokenRetrievalContext } from "./auth-tokens.ts";
import { handleConfigurationRequest, parseCollection } from "./configuration-endpoints.ts";
import { findDestination } from "./destination-lookup.ts";
import { destinationResponse } from "./destination-response.ts";
import { authorizeService } from "./service-authorization.ts";
import { ServiceError } from "./service-error.ts";

/** The prefix of the paths of the Destination Service. */
export const DESTINATION_SERVICE_PATH = "/destination-configuration";

/** The parts of a mock that the Destination Service needs. */
export interface DestinationServiceOptions extends TokenRetrievalContext {
  readonly tenants: Tenants;
  /** The client whose service tokens it accepts. */
  readonly clientId: string;
  readonly clock: Clock;
}

/** Creates the Destination Service's application; its paths are below `DESTINATION_SERVICE_PATH`. */
export function createDestinationService(options: DestinationServiceOptions): Hono<MockEnv> {
  const app = new Hono<MockEnv>();
  for (const version of ["v1", "v2"] as const) {
    app.get(`/${version}/destinations/:reference`, (c) =>
      refusing(c, () => handleDestination(c, { ...options, version })),
    );
  }
  for (const path of ["", "/:name", "/:name/:aspect{labels}"]) {
    app.all(`/v1/:collection${path}`, (c, next) => {
      const collection = parseCollection(c.req.param("collection") ?? "");
      if (collection === undefined) return next();
      return refusing(c, () => handleCollection(c, { ...options, ...collection }));
    });
  }
  return app;
}

/** Names the resource that a path below `DESTINATION_SERVICE_PATH` leads to. */
export function destinationServiceRoute(path: string): RouteName {
  const [, version, segment = ""] = path.split("/");
  if (segment === "destinations" && (version === "v1" || version === "v2")) return "destination";
  const kind = version === "v1" ? parseCollection(segment)?.kind : undefined;
  if (kind === undefined) return "unknown";
  return kind === "DestinationFragments" ? "fragments" : "configurations";
}

async function handleDestination(
  c: Context<MockEnv>,
  { version, ...options }: DestinationServiceOptions & { version: "v1" | "v2" },
): Promise<Response> {
  const { headers } = c.req.raw;
  const caller = await authorize(c, { ...options, version });
  const reference = c.req.param("reference") ?? "";
  const found = findDestination({ version, reference, headers, caller }, options);
  const query = new URL(c.req.url).searchParams;
  const skipsTokens = query.get("$skipTokenRetrieval") === "true";
  const { items: authTokens, issued } = skipsTokens
    ? { items: undefined, issued: undefined }
    : await retrieveTokens(found, options);
  if (issued !== undefined) {
    const { token, claims } = issued;
    const { record, tokens } = c.get("received");
    record.issued = tokens.note(token, claims);
  }
  return Response.json(destinationResponse(found, { ...options, version, query, authTokens }));
}

async function handleCollection(
  c: Context<MockEnv>,
  options: DestinationServiceOptions & NonNullable<ReturnType<typeof parseCollection>>,
): Promise<Response> {
  const { level, kind, clock, configurations } = options;
  const { tenantId } = await authorize(c, { ...options, version: "v1" });
  const url = new URL(c.req.url);
  return handleConfigurationRequest(
    {
      method: c.req.method,
      headers: c.req.raw.headers,
      body: c.get("received").body,
      path: url.pathname.slice(DESTINATION_SERVICE_PATH.length),
      query: url.searchParams,
      shelf: { tenantId, level, kind },
      name: c.req.param("name"),
      aspect: c.req.param("aspect") === "labels" ? "labels" : undefined,
      now: clock.now(),
    },
    configurations,
  );
}

function authorize(
  c: Context<MockEnv>,
  { tenants, clientId, version }: DestinationServiceOptions & { version: "v1" | "v2" },
) {
  return authorizeService(c.req.header("authorization"), { tenants, clientId, version });
}

async function refusing(c: Context<MockEnv>, handle: () => Promise<Response>): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    noteRefusal(c.get("received").record, { description: error.message });
    return error.toResponse();
  }
}
