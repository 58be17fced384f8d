export {
  type EnvironmentTokenSourceOptions,
  environmentTokenSource,
} from "./environment-token-source.ts";
export { faultList } from "./fault-list.ts";
export {
  type FileTokenSource,
  type FileTokenSourceOptions,
  fileTokenSource,
} from "./file-token-source.ts";
export {
  type FindServiceBindingsOptions,
  findServiceBindings,
  serviceBindingRoot,
} from "./find-service-bindings.ts";
export { ifAvailable } from "./if-available.ts";
export { createPrincipalContext, type PrincipalContext } from "./principal-context.ts";
export {
  type Environment,
  type EnvironmentOptions,
  environmentVariable,
  readEnvironment,
} from "./read-environment.ts";
export { readSecretDirectory } from "./secret-directory.ts";
export { bindingEntryPath, readServiceBinding, type ServiceBinding } from "./service-binding.ts";
export {
  checkedText,
  identifierFault,
  type TextRule,
  type UrlRuleOptions,
  urlRule,
} from "./text-rules.ts";
export { readVcapServices, type VcapService } from "./vcap-services.ts";
export { createWatchedFile, type WatchedFile, type WatchedFileOptions } from "./watched-file.ts";
