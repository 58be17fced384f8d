/** @import { RecordedRequest, Scenario, State, TokenVerdict } from "./mock-data.ts" */
/** @import { RequestKind } from "./request-facts.js" */
/** @import { TokenRole } from "./request-tokens.js" */

/**
 * The content of the page.
 *
 * @typedef {object} Model
 * @property {"connecting" | "live" | "lost" | "locked"} connection Locked: the admin token is required.
 * @property {State | undefined} state
 * @property {number} stateReadAt When the state was read, by the browser's clock.
 * @property {readonly Scenario[]} scenarios
 * @property {readonly RecordedRequest[]} requests In the order of their arrival.
 * @property {{ kind: RequestKind | "all", text: string }} filter
 * @property {number | undefined} selectedId The request that is inspected.
 * @property {TokenRole | undefined} selectedRole Its token that is inspected; undefined: the first one.
 * @property {TokenInspection | undefined} inspection
 * @property {boolean} isAskingForToken Whether the admin token is required to go on.
 * @property {{ text: string, isError: boolean } | undefined} notice The result of the last command.
 * @property {string} effect Kind of the fault in the form.
 */

/**
 * The facts about the inspected token.
 *
 * @typedef {object} TokenInspection
 * @property {string} fingerprint
 * @property {TokenVerdict | undefined} [verdict]
 * @property {string | undefined} [problem] The reason why the verdict is missing.
 * @property {string | undefined} [value] The token itself, once it is revealed.
 */

/** @returns {Model} */
export function createModel() {
  return {
    connection: "connecting",
    ...{ state: undefined, stateReadAt: 0, scenarios: [], requests: [] },
    filter: { kind: "all", text: "" },
    ...{ selectedId: undefined, selectedRole: undefined, inspection: undefined },
    ...{ isAskingForToken: false, notice: undefined, effect: "status" },
  };
}
