import { z } from "zod";
import { explainIssue } from "../../checks/explain-issue.ts";

/** The input of an operation. */
export interface OperationInput<Parameters, Query, Body> {
  readonly parameters: Parameters;
  readonly query: Query;
  readonly body: Body;
  /** Its signal aborts when the client goes away. */
  readonly request: Request;
}

/** One operation of the controls, as it is served and as it is described. */
export interface ControlOperation {
  readonly method: "get" | "post" | "patch" | "delete";
  /** Path below the controls, with parameters in braces. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly parameters?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodType | undefined;
  /** Schema of the response with status 200; an operation without it responds with 204. */
  readonly response?: z.ZodType | undefined;
  /** When an operation with a response body responds with 204 instead; absent: never. */
  readonly nothing?: string | undefined;
  /** Media type of the response. Default `application/json`. */
  readonly mediaType?: string | undefined;
  /** Whether it always requires the admin token, since it reveals a secret. */
  readonly secret?: boolean | undefined;
  /** Checks the input and runs the operation. */
  run(input: OperationInput<unknown, unknown, unknown>): Promise<unknown>;
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** An operation with the types of its input. */
export interface OperationDefinition<P extends Shape, Q extends Shape, B extends z.ZodType>
  extends Omit<ControlOperation, "parameters" | "query" | "body" | "run"> {
  readonly parameters?: z.ZodObject<P>;
  readonly query?: z.ZodObject<Q>;
  readonly body?: B;
  /** Returns the body of the response, a whole response, or `undefined` for no body. */
  readonly run: (
    input: OperationInput<z.output<z.ZodObject<P>>, z.output<z.ZodObject<Q>>, z.output<B>>,
  ) => unknown;
}

/** The requested thing does not exist. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** Defines an operation: its input is checked before it runs. */
export function operation<
  P extends Shape = Record<never, never>,
  Q extends Shape = Record<never, never>,
  B extends z.ZodType = z.ZodUndefined,
>(definition: OperationDefinition<P, Q, B>): ControlOperation {
  const { parameters, query, body, run } = definition;
  return {
    ...definition,
    run: async (input) =>
      run({
        parameters: (parameters ?? nothing).parse(input.parameters, NAMED) as z.output<
          z.ZodObject<P>
        >,
        query: (query ?? nothing).parse(input.query, NAMED) as z.output<z.ZodObject<Q>>,
        body: (body ?? z.undefined("this operation takes no body")).parse(
          input.body,
          NAMED,
        ) as z.output<B>,
        request: input.request,
      }),
  };
}

const nothing = z.strictObject({});

/** The message for a wrong name suggests the nearest right one. */
const NAMED = { error: explainIssue };
