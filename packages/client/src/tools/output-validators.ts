import { createContext, Script } from "node:vm";
import { boundedMap } from "@agent-oauth/core/internal";
import type {
  JsonSchemaType,
  JsonSchemaValidator,
  jsonSchemaValidator,
} from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

const MAX_SCHEMAS = 256;
/** Far more than an honest schema needs, in milliseconds. */
const MAX_WORK_MS = 1_000;

/**
 * Compiles each output schema once for all sessions, and forgets the least recently used schemas. The SDK's own validator
 * keeps compiled schemas by object, so it would grow with every list of tools.
 *
 * Servers write the schemas and the checked values: a pattern that backtracks, or references that double at each level,
 * would block the process for good. So a check that takes longer than a second fails.
 */
export class OutputValidators implements jsonSchemaValidator {
  readonly #compiled = boundedMap<string, JsonSchemaValidator<unknown>>(MAX_SCHEMAS);
  readonly #limit = new WorkLimit();

  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const key = JSON.stringify(schema);
    const known = this.#compiled.get(key);
    const validator = known ?? this.#compile(schema);
    if (known === undefined) this.#compiled.set(key, validator);
    return validator as JsonSchemaValidator<T>;
  }

  /**
   * Tells which schemas cannot be compiled. It works for a second at most: later schemas are then compiled when they are used.
   */
  unusable(schemas: readonly JsonSchemaType[]): ReadonlySet<JsonSchemaType> {
    const unusable = new Set<JsonSchemaType>();
    const compileAll = () => {
      for (const schema of schemas) {
        try {
          const key = JSON.stringify(schema);
          if (this.#compiled.get(key) === undefined) this.#compiled.set(key, this.#made(schema));
        } catch {
          unusable.add(schema);
        }
      }
    };
    try {
      this.#limit.run(compileAll);
    } catch {
      // Out of time.
    }
    return unusable;
  }

  #compile(schema: JsonSchemaType): JsonSchemaValidator<unknown> {
    return this.#limit.run(() => this.#made(schema));
  }

  #made(schema: JsonSchemaType): JsonSchemaValidator<unknown> {
    const validate = new AjvJsonSchemaValidator().getValidator(schema);
    return (input) => this.#limit.run(() => validate(input));
  }
}

/** Stops synchronous work that takes too long. Node can stop only a script, so a script calls the work. */
class WorkLimit {
  readonly #script = new Script("work()");
  readonly #context = createContext({ work: undefined });

  run<R>(work: () => R): R {
    this.#context.work = work;
    try {
      return this.#script.runInContext(this.#context, { timeout: MAX_WORK_MS });
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw new Error(`The schema takes longer than ${MAX_WORK_MS} ms`);
    } finally {
      this.#context.work = undefined;
    }
  }
}
