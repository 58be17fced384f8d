/** What the judge uses of oidc-provider, which brings no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  import type { TLSSocket } from "node:tls";

  /** One request being answered. */
  export interface Context {
    body: unknown;
    readonly socket: TLSSocket;
    readonly oidc: {
      readonly params: Readonly<Record<string, string | undefined>>;
      readonly client: { readonly clientId: string };
      readonly resourceServers: Readonly<Record<string, { readonly scope: string }>>;
    };
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
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    on(event: string, listener: (...args: unknown[]) => void): void;
  }

  export const errors: Readonly<
    Record<"InvalidTarget" | "InvalidGrant", new (description?: string) => Error>
  >;
}
