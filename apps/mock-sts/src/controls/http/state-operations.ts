import { z } from "zod";
import { SETTINGS_CHANGE_SCHEMA, settingsSchema } from "../../options/control-settings.ts";
import type { Controls } from "../controls.ts";
import { type ControlOperation, operation } from "./control-operation.ts";
import { type MockStateContext, readState } from "./mock-state.ts";
import { stateSchema } from "./state-schema.ts";

/** Operations that show the mock as a whole, and change its settings. */
export function stateOperations(context: MockStateContext): readonly ControlOperation[] {
  const { controls } = context;
  return [
    operation({
      id: "getState",
      method: "get",
      path: "/state",
      response: stateSchema,
      summary: "Shows the servers of the mock, its clock, settings, faults and counts.",
      run: () => readState(context),
    }),
    operation({
      id: "getSettings",
      method: "get",
      path: "/settings",
      response: settingsSchema,
      summary: "Shows the settings: lifetimes, switches, quirks.",
      run: () => controls.readSettings(),
    }),
    operation({
      id: "changeSettings",
      method: "patch",
      path: "/settings",
      response: settingsSchema,
      summary: "Changes the settings named.",
      body: SETTINGS_CHANGE_SCHEMA,
      run({ body }) {
        controls.changeSettings(body);
        return controls.readSettings();
      },
    }),
    forgetSessions(controls),
    operation({
      id: "reset",
      method: "post",
      path: "/reset",
      summary: "Undoes all faults, and all changes of settings, tenants and clock; the log stays.",
      run: () => controls.reset(),
    }),
  ];
}

function forgetSessions(controls: Controls): ControlOperation {
  return operation({
    id: "forgetSessions",
    method: "post",
    path: "/forget-sessions",
    summary: "Drops MCP sessions: their ids get 404 from now on.",
    body: z
      .strictObject({ mcpServer: z.string().min(1).optional().describe("Default: all servers.") })
      .optional(),
    run: ({ body }) => controls.forgetSessions(body?.mcpServer),
  });
}
