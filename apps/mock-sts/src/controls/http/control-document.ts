import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from "zod-openapi";
import { FAULT_MATCH_SCHEMA, faultEffectSchema, faultSchema } from "../../faults/fault-schema.ts";
import { settingsSchema } from "../../options/control-settings.ts";
import { scenarioSchema } from "../../options/scenario.ts";
import { recordedRequestSchema, recordedTokenSchema } from "../../recording/request-schema.ts";
import { controlErrorSchema } from "./control-error.ts";
import type { ControlOperation } from "./control-operation.ts";
import { CONTROL_PATH } from "./control-paths.ts";
import { revocationSchema } from "./revocation.ts";
import {
  clockSchema,
  FAULT_INFO_SCHEMA,
  stateSchema,
  TOKEN_VERDICT_SCHEMA,
} from "./state-schema.ts";

/** Describes the operations of the controls as an OpenAPI 3.1 document. */
export function controlDocument(
  operations: readonly ControlOperation[],
): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method]: describeOperation(operation) };
  }
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "mock-sts controls",
      version: "1",
      description:
        "The state and the controls of a running mock-sts. Requests must name the mock's own address, must not come from another origin, and must carry JSON.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: CONTROL_PATH }],
    // The empty requirement makes the token optional: it is required only when the mock is not
    // bound to loopback.
    security: [{}, { adminToken: [] }],
    paths,
    components: {
      schemas: NAMED_SCHEMAS,
      securitySchemes: {
        adminToken: {
          type: "http",
          scheme: "bearer",
          description: "The token that is printed at the start.",
        },
      },
    },
  });
}

/** Schemas that are described once and referred to. */
const NAMED_SCHEMAS = {
  State: stateSchema,
  Clock: clockSchema,
  Settings: settingsSchema,
  Request: recordedRequestSchema,
  Token: recordedTokenSchema,
  TokenVerdict: TOKEN_VERDICT_SCHEMA,
  Fault: faultSchema,
  FaultInfo: FAULT_INFO_SCHEMA,
  FaultMatch: FAULT_MATCH_SCHEMA,
  FaultEffect: faultEffectSchema,
  Scenario: scenarioSchema,
  Revocation: revocationSchema,
  Error: controlErrorSchema,
};

function describeOperation(operation: ControlOperation): ZodOpenApiOperationObject {
  const { id, summary, description, parameters, query, body, secret } = operation;
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    ...(secret && { security: [{ adminToken: [] }] }),
    requestParams: {
      ...(parameters !== undefined && { path: parameters }),
      ...(query !== undefined && { query }),
    },
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { "application/json": { schema: body } },
      },
    }),
    responses: {
      ...success(operation),
      default: {
        description: "The request was refused.",
        content: { "application/json": { schema: controlErrorSchema } },
      },
    },
  };
}

function success({ response, nothing, mediaType = "application/json" }: ControlOperation) {
  if (response === undefined) return { "204": { description: "Done." } };
  return {
    "200": { description: "Done.", content: { [mediaType]: { schema: response } } },
    ...(nothing !== undefined && { "204": { description: nothing } }),
  };
}
