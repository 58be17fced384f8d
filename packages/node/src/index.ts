export {
  type FindServiceBindingsOptions,
  findServiceBindings,
  serviceBindingRoot,
} from "./bindings/find-service-bindings.ts";
export { readServiceBinding, type ServiceBinding } from "./bindings/service-binding.ts";
export { readVcapServices, type VcapService } from "./bindings/vcap-services.ts";
export type { Environment, EnvironmentOptions } from "./environment/read-environment.ts";
export { createPrincipalContext, type PrincipalContext } from "./principal-context.ts";
export {
  UserSessions,
  type UserSessionsOptions,
  type UseSessionOptions,
} from "./sessions/user-sessions.ts";
export {
  type EnvironmentTokenSourceOptions,
  environmentTokenSource,
} from "./sources/environment-token-source.ts";
export {
  type FileTokenSource,
  type FileTokenSourceOptions,
  fileTokenSource,
} from "./sources/file-token-source.ts";
export { type SqliteStoreOptions, sqliteStore } from "./sqlite/sqlite-store.ts";
export { readSecretDirectory } from "./watched-file/secret-directory.ts";
export {
  createWatchedFile,
  type WatchedFile,
  type WatchedFileOptions,
} from "./watched-file/watched-file.ts";
