export type { ActorTokenFunction, StsActor } from "./actor-token.ts";
export type { AudienceMismatch } from "./audience-check.ts";
export { createStsTokenSource, type StsTokenSource } from "./create-sts-token-source.ts";
export type { StsTokenSourceOptions } from "./sts-options.ts";
export { tokenTypes } from "./token-types.ts";
