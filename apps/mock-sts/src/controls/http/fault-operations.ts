import { z } from "zod";
import { faultSchema } from "../../faults/fault-schema.ts";
import { scenarioSchema } from "../../options/scenario.ts";
import type { Controls } from "../controls.ts";
import { type ControlOperation, NotFoundError, operation } from "./control-operation.ts";
import { FAULT_INFO_SCHEMA } from "./state-schema.ts";

/** Operations that set and remove faults, one by one or as scenarios. */
export function faultOperations(controls: Controls): readonly ControlOperation[] {
  return [
    operation({
      id: "listFaults",
      method: "get",
      path: "/faults",
      summary: "Lists the faults that are set; a fault is removed after its last hit.",
      response: z.object({ faults: z.array(FAULT_INFO_SCHEMA) }),
      run: () => ({ faults: controls.listFaults() }),
    }),
    operation({
      id: "addFault",
      method: "post",
      path: "/faults",
      summary: "Sets a fault; those set earlier apply first.",
      body: faultSchema,
      response: FAULT_INFO_SCHEMA,
      run: ({ body }) => controls.addFault(body),
    }),
    operation({
      id: "removeFault",
      method: "delete",
      path: "/faults/{id}",
      summary: "Removes a fault.",
      parameters: z.object({ id: z.coerce.number<string>().int() }),
      run({ parameters: { id } }) {
        if (!controls.removeFault(id)) throw new NotFoundError(`no fault ${id} is set`);
      },
    }),
    operation({
      id: "removeFaults",
      method: "delete",
      path: "/faults",
      summary: "Removes all faults.",
      run() {
        for (const { id } of controls.listFaults()) controls.removeFault(id);
      },
    }),
    operation({
      id: "listScenarios",
      method: "get",
      path: "/scenarios",
      summary: "Lists the scenarios: named sets of faults and settings.",
      response: z.object({
        scenarios: z.array(scenarioSchema),
        applied: z.string().optional(),
      }),
      run: () => ({ scenarios: controls.scenarios, applied: controls.scenario }),
    }),
    operation({
      id: "applyScenario",
      method: "post",
      path: "/scenarios/{name}/apply",
      summary: "Replaces all faults and settings by those of a scenario.",
      parameters: z.object({ name: z.string() }),
      run({ parameters: { name } }) {
        const { scenarios } = controls;
        if (!scenarios.some((it) => it.name === name)) {
          throw new NotFoundError(`unknown scenario ${JSON.stringify(name)}`);
        }
        controls.applyScenario(name);
      },
    }),
  ];
}
