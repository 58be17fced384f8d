export type { ActorTokenFunction, StsActor } from "./actor-token.ts";
export type { AnswerPolicy } from "./answer-policy.ts";
export { createStsTokenSource, type StsTokenSource } from "./create-sts-token-source.ts";
export {
  type PropagatingTokenSourceOptions,
  propagatingTokenSource,
} from "./propagating-token-source.ts";
export { serviceAccountActor } from "./service-account-actor.ts";
export { type StsFromEnvironmentOptions, stsFromEnvironment } from "./sts-environment.ts";
export type { StsTokenSourceOptions } from "./sts-options.ts";
export { tokenTypes } from "./token-types.ts";
