export {
  type EnvironmentTokenSourceOptions,
  environmentTokenSource,
} from "./environment-token-source.ts";
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
export {
  type Environment,
  type EnvironmentOptions,
  environmentVariable,
  readEnvironment,
} from "./read-environment.ts";
export { readSecretDirectory } from "./secret-directory.ts";
export { bindingEntryPath, readServiceBinding, type ServiceBinding } from "./service-binding.ts";
export { readVcapServices, type VcapService } from "./vcap-services.ts";
export { createWatchedFile, type WatchedFile, type WatchedFileOptions } from "./watched-file.ts";
