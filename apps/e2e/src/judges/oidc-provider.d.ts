/** What the judge uses of oidc-provider, which brings no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  import type { TLSSocket } from "node:tls";

  /** Parameters of the grants that the judge adds. Only what may be repeated can be a list. */
  export interface Params {
    readonly assertion?: string;
    readonly subject_token?: string;
    readonly subject_token_type?: string;
    readonly actor_token?: string;
    readonly actor_token_type?: string;
    readonly requested_token_type?: string;
    readonly audience?: string | readonly string[];
    readonly resource?: string | readonly string[];
    readonly scope?: string;
  }

  /** One request being answered. */
  export interface Context {
    body: unknown;
    readonly socket: TLSSocket;
    /** For whoever answers it. */
    readonly state: Record<string, unknown>;
    readonly oidc: { readonly params: Params; readonly client: { readonly clientId: string } };
  }

  /** An access token that is being made. */
  export interface Token {
    resourceServer: unknown;
    readonly tokenType: string;
    readonly expiration: number;
    setThumbprint(kind: "x5t", certificate: unknown): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly AccessToken: new (
      properties: Readonly<Record<string, unknown>>,
    ) => Token;
    readonly ResourceServer: new (
      identifier: string,
      info: object,
    ) => object;
    readonly Grant: new (
      properties: Readonly<Record<"clientId" | "accountId", string>>,
    ) => { addOIDCScope(scope: string): void; save(): Promise<string> };
    /** Says what a user decided: the identifier of what was granted, or an error. */
    backchannelResult(request: object, result: string | Error): Promise<void>;
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    on(
      event: "grant.success" | "server_error",
      listener: (ctx: Context, ...args: unknown[]) => void,
    ): void;
  }

  export const errors: Readonly<
    Record<
      "AccessDenied" | "InvalidTarget" | "InvalidGrant" | "InvalidRequest",
      new (
        description?: string,
      ) => Error
    >
  >;
}
