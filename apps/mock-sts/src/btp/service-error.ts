/** A refusal of the Destination Service. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;
  readonly format: "json" | "text";

  /** `format`: whether the body is `{"ErrorMessage": …}` or plain text. Default `json`. */
  constructor(
    status: number,
    message: string,
    { format = "json" }: { format?: "json" | "text" } = {},
  ) {
    super(message);
    this.status = status;
    this.format = format;
  }

  /** Builds the HTTP response. */
  toResponse(): Response {
    const { status } = this;
    return this.format === "text"
      ? new Response(this.message, { status })
      : Response.json({ ErrorMessage: this.message }, { status });
  }
}

/** Text the SAP Cloud SDK for JavaScript looks for. */
const NOT_FOUND_MESSAGE = "Configuration with the specified name was not found";

/** Refuses the name of a configuration that does not exist. */
export function configurationNotFound(message = NOT_FOUND_MESSAGE): ServiceError {
  return new ServiceError(404, message);
}
