// What the controls answer, for the type checker only: this file is not served.
import type { z } from "zod";
import type { faultInfoSchema, stateSchema, tokenVerdictSchema } from "../src/state-schema.ts";

export type { FaultSpec } from "../src/fault-schema.ts";
export type { RecordedRequest, RecordedToken } from "../src/recorded-request.ts";
export type { Scenario } from "../src/scenario.ts";

/** What a running mock is like. */
export type State = z.output<typeof stateSchema>;

/** A fault that is set. */
export type FaultInfo = z.output<typeof faultInfoSchema>;

/** What can be said of a token. */
export type TokenVerdict = z.output<typeof tokenVerdictSchema>;
