import type { Scenario } from "../options/scenario.ts";
import type { FaultControls } from "./fault-controls.ts";
import type { SettingsControls } from "./settings-controls.ts";

/** Applies sets of faults and settings. */
export interface ScenarioControls {
  /** All scenarios of the mock. */
  readonly scenarios: readonly Scenario[];
  /** Name of the scenario that was applied last, until `reset()`. */
  readonly scenario: string | undefined;
  /**
   * Replaces all faults and settings by those of a scenario; the clock and the tenants stay.
   *
   * @throws TypeError if there is no scenario of that name.
   */
  applyScenario(name: string): void;
}

/** The controls that a scenario is applied with. */
interface ScenarioContext
  extends Pick<SettingsControls, "changeSettings">,
    Pick<FaultControls, "addFault"> {
  /** Undoes faults and settings. */
  readonly revert: () => void;
}

/** Creates the controls of scenarios. */
export function createScenarioControls(
  scenarios: readonly Scenario[],
  context: ScenarioContext,
): ScenarioControls & { forget(): void } {
  let applied: string | undefined;
  return {
    scenarios,
    get scenario() {
      return applied;
    },
    applyScenario(name) {
      const scenario = scenarios.find((candidate) => candidate.name === name);
      if (scenario === undefined) {
        const names = scenarios.map((it) => it.name).join(", ");
        throw new TypeError(
          `Cannot apply scenario ${JSON.stringify(name)}: known scenarios are ${names}`,
        );
      }
      context.revert();
      context.changeSettings(scenario.settings ?? {});
      for (const fault of scenario.faults ?? []) context.addFault(fault);
      applied = name;
    },
    forget() {
      applied = undefined;
    },
  };
}
