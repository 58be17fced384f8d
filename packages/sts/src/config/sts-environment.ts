import { TokenError } from "@agent-oauth/core";
import { checkedInsecureHosts, checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import type { Environment, EnvironmentOptions } from "@agent-oauth/node";
import { checkedText, readEnvironment, urlRule } from "@agent-oauth/node/internal";
import { z } from "zod";
import { createStsTokenSource, type StsTokenSource } from "../exchange/create-sts-token-source.ts";
import { propagatingTokenSource } from "../exchange/propagating-token-source.ts";
import { STS_OPTIONS, type StsTokenSourceOptions } from "../exchange/sts-options.ts";

const { tokenEndpoint: _e, metadataUrl: _m, audience: _a, resource: _r, ...STS_ONLY } = STS_OPTIONS;
const DOING = "find an STS";
const NAMES: OptionNames<StsFromEnvironmentOptions> = { ...STS_ONLY, env: true };

/**
 * Makes the source that the environment names: of an STS whose metadata is at `STS_WELL_KNOWN_URI`, or, without one and
 * with `KAGENT_PROPAGATE_TOKEN` = `true`, of the subject tokens themselves. `KAGENT_STS_AUDIENCE` and `KAGENT_STS_RESOURCE`
 * are lists, separated by commas, that are asked for where a request names none. A variable is read only where it counts.
 *
 * @example
 * ```ts
 * const source = stsFromEnvironment({ actor: serviceAccountActor() });
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if neither is set, `ERR_TOKEN_CONFIG` naming every variable that is wrong.
 * @throws TypeError or RangeError naming an option that is wrong.
 */
export function stsFromEnvironment(options: StsFromEnvironmentOptions = {}): StsTokenSource {
  checkOptions(options, { doing: DOING, names: NAMES });
  const { env = process.env, ...others } = options;
  const { audienceMismatch, clock, onEvent } = options;
  const allowInsecureHosts = checkedInsecureHosts(options.allowInsecureHosts, DOING);
  if (env.STS_WELL_KNOWN_URI !== undefined) {
    const found = readEnvironment(
      {
        STS_WELL_KNOWN_URI: checkedText(urlRule({ allowInsecureHosts, query: true })),
        KAGENT_STS_AUDIENCE: list,
        KAGENT_STS_RESOURCE: resources,
      },
      { env: { ...env, ...withoutBlank(env, ["KAGENT_STS_AUDIENCE", "KAGENT_STS_RESOURCE"]) } },
    );
    return createStsTokenSource({
      ...others,
      metadataUrl: found.STS_WELL_KNOWN_URI,
      audience: found.KAGENT_STS_AUDIENCE,
      resource: found.KAGENT_STS_RESOURCE,
    });
  }
  if (!readEnvironment({ KAGENT_PROPAGATE_TOKEN: flag }, { env }).KAGENT_PROPAGATE_TOKEN) {
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      "Cannot find an STS: STS_WELL_KNOWN_URI is not set, nor is KAGENT_PROPAGATE_TOKEN true",
    );
  }
  const source = propagatingTokenSource({
    ...(audienceMismatch && { audienceMismatch }),
    ...(clock && { clock }),
    ...(onEvent && { onEvent }),
  });
  const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
  return { ...source, fetch, close: () => Promise.resolve() };
}

/** Options of {@link stsFromEnvironment}; all but `env`, `clock`, `onEvent` and `audienceMismatch` are for an STS only. */
export interface StsFromEnvironmentOptions
  extends Omit<StsTokenSourceOptions, "tokenEndpoint" | "metadataUrl" | "audience" | "resource">,
    EnvironmentOptions {}

const flag = z
  .string()
  .regex(/^(?:true|false)$/i, "must be true or false")
  .transform((text) => text.toLowerCase() === "true")
  .default(false);

const list = z
  .string()
  .transform((text) => text.split(",").map((item) => item.trim()))
  .transform((items) => items.filter((item) => item !== ""))
  .default([]);

const resources = list.refine(
  (uris) => uris.every((uri) => URL.canParse(uri) && !uri.includes("#")),
  "must hold absolute URIs without a fragment",
);

/** A blank list is an empty list; any other variable must not be blank. */
function withoutBlank(env: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, env[name]?.trim() || undefined]));
}
