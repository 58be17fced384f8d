import { z } from "zod";
import { checkData } from "../checks/check-data.ts";
import { quotedName } from "../checks/quoted-name.ts";
import { faultSchema } from "../faults/fault-schema.ts";
import { SETTINGS_CHANGE_SCHEMA } from "./control-settings.ts";

/** A named set of faults and settings: plain data. */
export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
  description: z.string().optional(),
  settings: SETTINGS_CHANGE_SCHEMA.optional(),
  faults: z.array(faultSchema).optional(),
});

/** A named set of faults and settings. */
export type Scenario = z.infer<typeof scenarioSchema>;

/**
 * Checks a scenario.
 *
 * @throws TypeError naming the field.
 */
export function checkScenario(scenario: Scenario): Scenario {
  return checkData(scenarioSchema, scenario, `use scenario ${quotedName(scenario?.name)}`);
}

const ALWAYS = { times: "unlimited" } as const;
const TOKEN_ENDPOINTS = ["token", "xsuaa-token", "sts-token"] as const;

/** The scenarios of every mock. */
export const BUILT_IN_SCENARIOS: readonly Scenario[] = [
  {
    name: "short-lived-tokens",
    description: "Access tokens live for ten seconds.",
    settings: { tokenLifetimeMs: 10_000, serviceTokenLifetimeMs: 10_000 },
  },
  {
    name: "overloaded",
    description: "Token endpoints respond to every second request with 429 and Retry-After.",
    faults: atTokenEndpoints({ kind: "status", status: 429, retryAfterSeconds: 2 }, 0.5),
  },
  {
    name: "flaky",
    description: "One in ten requests gets 503, and one in twenty loses its connection.",
    faults: [
      { match: { ...ALWAYS, probability: 0.1 }, effect: { kind: "status", status: 503 } },
      {
        match: { ...ALWAYS, probability: 0.05, seed: 2 },
        effect: { kind: "reset-before-headers" },
      },
    ],
  },
  {
    name: "slow",
    description: "Token endpoints take two seconds.",
    faults: atTokenEndpoints({ kind: "delay", delayMs: 2_000 }),
  },
  {
    name: "token-endpoints-down",
    description: "Token endpoints end every connection before a response.",
    faults: atTokenEndpoints({ kind: "reset-before-headers" }),
  },
  {
    name: "tokens-refused",
    description: "MCP servers and agents refuse every token with 401.",
    settings: { alwaysUnauthorized: true },
  },
  {
    name: "wrong-audience",
    description: "Tokens have a valid signature, but another audience.",
    faults: atTokenEndpoints({ kind: "wrong-audience" }),
  },
];

function atTokenEndpoints(
  effect: z.infer<typeof faultSchema>["effect"],
  probability = 1,
): Scenario["faults"] {
  return TOKEN_ENDPOINTS.map((route) => ({ match: { ...ALWAYS, route, probability }, effect }));
}
