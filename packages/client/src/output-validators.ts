import type {
  JsonSchemaType,
  JsonSchemaValidator,
  jsonSchemaValidator,
} from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";

const MAX_SCHEMAS = 256;

/**
 * Compiles each output schema once for all sessions, and forgets those used least recently. The SDK's own validator keeps
 * what it compiled by object, so an agent that lists tools again and again would fill it without end.
 */
export class OutputValidators implements jsonSchemaValidator {
  readonly #compiled = new Map<string, JsonSchemaValidator<unknown>>();

  getValidator<T>(schema: JsonSchemaType): JsonSchemaValidator<T> {
    const key = JSON.stringify(schema);
    const validator = this.#compiled.get(key) ?? new AjvJsonSchemaValidator().getValidator(schema);
    this.#compiled.delete(key);
    this.#compiled.set(key, validator);
    const [oldest] = this.#compiled.keys();
    if (oldest !== undefined && this.#compiled.size > MAX_SCHEMAS) this.#compiled.delete(oldest);
    return validator as JsonSchemaValidator<T>;
  }
}
