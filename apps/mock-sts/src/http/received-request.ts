import type { X509Certificate } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { OpenRecord } from "../recording/recorded-request.ts";
import type { TokenLedger } from "./token-ledger.ts";

/** A request that a listener received: what was read of it, and its record. */
export interface ReceivedRequest {
  readonly record: OpenRecord;
  readonly body: string;
  readonly certificate: X509Certificate | undefined;
  /** The ledger that the tokens of the request and of its response are noted in. */
  readonly tokens: TokenLedger;
}

/** The environment of both applications: every handler finds the received request in it. */
export type MockEnv = { Bindings: HttpBindings; Variables: { received: ReceivedRequest } };
