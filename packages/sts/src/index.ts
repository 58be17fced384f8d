export type { ActorTokenFunction, StsActor } from "./actor/actor-token.ts";
export { serviceAccountActor } from "./actor/service-account-actor.ts";
export type { ResponsePolicy } from "./checks/response-policy.ts";
export { tokenTypes } from "./checks/token-types.ts";
export { type StsFromEnvironmentOptions, stsFromEnvironment } from "./config/sts-environment.ts";
export { createStsTokenSource, type StsTokenSource } from "./exchange/create-sts-token-source.ts";
export {
  type PropagatingTokenSourceOptions,
  propagatingTokenSource,
} from "./exchange/propagating-token-source.ts";
export type { StsTokenSourceOptions } from "./exchange/sts-options.ts";
