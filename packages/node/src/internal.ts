/**
 * What the flow packages of agent-oauth share and users do not need: no promise is made for any of it, and a package takes it
 * from the same version of this package only.
 *
 * @module
 */

export { ifAvailable } from "./bindings/if-available.ts";
export { bindingEntryPath } from "./bindings/service-binding.ts";
export { type TriedCandidates, triedCandidates } from "./bindings/tried-candidates.ts";
export {
  type CheckedValue,
  type CheckValueOptions,
  checkValue,
} from "./environment/check-value.ts";
export { issueWords } from "./environment/issue-words.ts";
export { environmentVariable, readEnvironment } from "./environment/read-environment.ts";
export {
  checkedText,
  identifierViolation,
  type TextRule,
  type UrlRuleOptions,
  urlRule,
} from "./environment/text-rules.ts";
export { SharedLook } from "./watched-file/shared-look.ts";
