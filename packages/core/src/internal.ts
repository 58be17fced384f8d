/**
 * What the packages of agent-oauth share and users do not need: no promise is made for any of it, and a package takes it
 * from the same version of core only.
 *
 * @module
 */

export { dropBody } from "./bearer/drop-body.ts";
export { emit } from "./events/emit.ts";
export {
  type CheckOptionsContext,
  checkOptions,
  type OptionNames,
  pickOptions,
  unknownName,
} from "./options/known-members.ts";
export { listedNames, listedReasons, shownName } from "./options/listed-names.ts";
export { nearestName } from "./options/nearest-name.ts";
export { isPlainObject, kindOf } from "./options/plain-object.ts";
export { checkedToken } from "./token/checked-token.ts";
export { checkGetTokenOptions } from "./token/get-token-options.ts";
