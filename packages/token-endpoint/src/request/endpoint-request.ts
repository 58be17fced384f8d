import type { EndpointName } from "../metadata/endpoint-name.ts";
import type { FormParameters } from "./token-grant.ts";

/** Reads the JSON object of a response: a zod schema, or anything that parses alike. */
export interface ResponseSchema<T> {
  safeParse(body: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
      };
}

/** An authenticated POST to an endpoint of the authorization server. */
export interface EndpointRequest<T> {
  /** As the server's metadata names it (RFC 8414 §2), such as `backchannel_authentication_endpoint`. */
  readonly endpoint: EndpointName;
  readonly parameters: FormParameters;
  /** Whether the request may be sent again after one that may have been processed. */
  readonly idempotent: boolean;
  /** Reads the body of a successful response. */
  readonly response: ResponseSchema<T>;
}
