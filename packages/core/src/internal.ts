/**
 * What the packages of agent-oauth share and users do not need: no promise is made for any of it, and a package takes it
 * from the same version of core only.
 *
 * @module
 */
export { checkedToken } from "./checked-token.ts";
export { dropBody } from "./drop-body.ts";
export { emit } from "./emit.ts";
export { checkGetTokenOptions } from "./get-token-options.ts";
export {
  type CheckOptionsContext,
  checkOptions,
  type OptionNames,
  pickOptions,
  unknownName,
} from "./known-members.ts";
export { listedNames, listedReasons, shownName } from "./listed-names.ts";
export { nearestName } from "./nearest-name.ts";
export { isPlainObject, kindOf } from "./plain-object.ts";
