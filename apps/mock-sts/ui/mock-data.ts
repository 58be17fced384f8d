// What the controls answer, for the type checker only: this file is not served.
import type { z } from "zod";
import type {
  FAULT_INFO_SCHEMA,
  stateSchema,
  TOKEN_VERDICT_SCHEMA,
} from "../src/controls/http/state-schema.ts";

export type { FaultSpec } from "../src/faults/fault-schema.ts";
export type { Scenario } from "../src/options/scenario.ts";
export type { RecordedRequest, RecordedToken } from "../src/recording/recorded-request.ts";

/** What a running mock is like. */
export type State = z.output<typeof stateSchema>;

/** A fault that is set. */
export type FaultInfo = z.output<typeof FAULT_INFO_SCHEMA>;

/** What can be said of a token. */
export type TokenVerdict = z.output<typeof TOKEN_VERDICT_SCHEMA>;
