import { z } from "zod";
import { withoutUndefined } from "../../checks/without-undefined.ts";
import type { TokenLedger } from "../../http/token-ledger.ts";
import type { KeyRings } from "../../keys/key-rings.ts";
import { signingAlgorithms } from "../../keys/signing-keys.ts";
import type { Controls } from "../controls.ts";
import type { UserTokenRequest } from "../user-tokens.ts";
import { type ControlOperation, NotFoundError, operation } from "./control-operation.ts";
import { fingerprintSchema, revocationSchema } from "./revocation.ts";
import { TOKEN_VERDICT_SCHEMA } from "./state-schema.ts";

const name = z.string().min(1);
const byFingerprint = z.object({ fingerprint: fingerprintSchema });

/** Operations that verify, show, revoke and make tokens. */
export function tokenOperations(context: TokenOperationsContext): readonly ControlOperation[] {
  const { controls, tokens, keys, issuers, userToken } = context;
  return [
    operation({
      id: "verifyToken",
      method: "get",
      path: "/tokens/{fingerprint}",
      summary:
        "Verifies a token that the mock issued or received: signature, expiry, revocation, binding, actors.",
      parameters: byFingerprint,
      response: TOKEN_VERDICT_SCHEMA,
      async run({ parameters: { fingerprint } }) {
        const verdict = await controls.verifyToken(fingerprint);
        if (verdict === undefined) throw unknown(fingerprint);
        return { ...verdict, valueKept: tokens.find(fingerprint)?.value !== undefined };
      },
    }),
    operation({
      id: "revealToken",
      method: "get",
      path: "/tokens/{fingerprint}/value",
      secret: true,
      summary: "Shows the value of a token, if values are kept (`recordSecrets`).",
      parameters: byFingerprint,
      response: z.object({ token: z.string() }),
      run({ parameters: { fingerprint } }) {
        const entry = tokens.find(fingerprint);
        if (entry === undefined) throw unknown(fingerprint);
        const { value: token } = entry;
        if (token !== undefined) return { token };
        throw new NotFoundError("values are not kept: start mock-sts with --record-secrets");
      },
    }),
    operation({
      id: "revokeTokens",
      method: "post",
      path: "/revoke",
      summary: "Revokes access tokens and service tokens issued so far.",
      body: revocationSchema,
      response: z.object({ revoked: z.int().describe("Number of revoked tokens.") }),
      run: ({ body }) => ({ revoked: controls.revoke("all" in body ? "all" : body) }),
    }),
    operation({
      id: "rotateKeys",
      method: "post",
      path: "/rotate-keys",
      summary: "Makes new signing keys; tokens signed by the old keys stay valid.",
      body: z
        .strictObject({
          issuer: name
            .optional()
            .describe("The issuer, as its tokens name it. Default: all issuers."),
          algorithm: z
            .enum(signingAlgorithms)
            .optional()
            .describe("Algorithm of the new key. Default: that of the previous key."),
        })
        .optional(),
      response: z.object({ kids: z.array(z.string()).describe("Ids of all keys, old and new.") }),
      async run({ body = {} }) {
        await controls.rotateSigningKey(withoutUndefined(body));
        return { kids: await kidsOf(keys, issuers) };
      },
    }),
    operation({
      id: "signUserToken",
      method: "post",
      path: "/user-token",
      secret: true,
      summary:
        "Signs a user in: returns a JWT for an assertion, a subject token or an actor token.",
      body: z.strictObject({
        sub: name.describe("The user."),
        tenant: name
          .optional()
          .describe("Subdomain of the user's tenant. Default: the provider's."),
        issuer: name
          .optional()
          .describe(
            "Name of a further issuer, or `sts`, if that issuer signs the user in instead of a tenant.",
          ),
        clientId: name.optional().describe("Becomes `aud`. Default: the agent's."),
        expiresInMs: z.number().optional().describe("Default 3 600 000; zero or less: expired."),
        claims: z
          .record(z.string(), z.unknown())
          .optional()
          .describe("Further claims; they win over the others."),
      }),
      response: z.object({ token: z.string(), fingerprint: z.string() }),
      async run({ body: { sub, ...rest } }) {
        const token = await userToken({ sub, ...withoutUndefined(rest) });
        return { token, fingerprint: tokens.note(token).fingerprint };
      },
    }),
  ];
}

/** The parts of a mock that operations on tokens need. */
export interface TokenOperationsContext {
  readonly controls: Controls;
  readonly tokens: TokenLedger;
  readonly keys: KeyRings;
  /** The issuers that have keys. */
  readonly issuers: readonly string[];
  readonly userToken: (request: UserTokenRequest) => Promise<string>;
}

/** Issuers may share their keys. */
async function kidsOf(keys: KeyRings, issuers: readonly string[]): Promise<readonly unknown[]> {
  const sets = await Promise.all(issuers.map((issuer) => keys.of(issuer)?.jwks()));
  return [...new Set(sets.flatMap((set) => set?.keys.map(({ kid }) => kid) ?? []))];
}

function unknown(fingerprint: string): NotFoundError {
  return new NotFoundError(`the log knows no token ${fingerprint}`);
}
