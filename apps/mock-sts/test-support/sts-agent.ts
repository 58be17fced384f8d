import type { MockSts } from "../src/mock-sts.ts";
import type { CertificatePair } from "../src/tls/certificate-authority.ts";
import { TestAgent, type TokenResponse } from "./agent.ts";

export const EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";

/** Returns a token type identifier by its last part. */
export function typeUrn(name: string): string {
  return `urn:ietf:params:oauth:token-type:${name}`;
}

/** Fields of a token request; `undefined` leaves one out, a list repeats it. */
export type StsForm = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A client of the token exchange service on real sockets. */
export class StsAgent extends TestAgent {
  readonly #mock: MockSts;

  /** `pair` absent: no certificate. */
  constructor(mock: MockSts, pair: CertificatePair | null = null) {
    super(mock, pair);
    this.#mock = mock;
  }

  /** Exchanges a token; the form is complete but for the subject token. */
  async exchange(fields: StsForm, headers: Record<string, string> = {}): Promise<TokenResponse> {
    const type = fields.subject_token === undefined ? undefined : typeUrn("jwt");
    return this.post({ grant_type: EXCHANGE_GRANT, subject_token_type: type, ...fields }, headers);
  }

  /** Sends a form to an endpoint of an issuer; the token exchange service's unless told otherwise. */
  async post(
    fields: StsForm,
    headers: Record<string, string> = {},
    url = this.#mock.sts.tokenEndpoint,
  ): Promise<TokenResponse> {
    const form = Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
    );
    const init = { method: "POST", body: new URLSearchParams(form), headers };
    const response = await this.fetch(url, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const body = (isJson ? JSON.parse(text) : { text }) as Record<string, unknown>;
    const token = String(body.access_token ?? "");
    return { status: response.status, headers: response.headers, body, token };
  }
}
