import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Context, errors, type Provider } from "oidc-provider";
import { GRANTS, resourceServer, TOKEN_SECONDS } from "./oidc-provider-setup.test-support.ts";

/** Signs the users and the actors in. */
export const USERS_ISSUER = "https://users.example";

/** Not those of our packages: they are judged too. */
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

/** What the grants are answered with. */
export interface GrantSetup {
  readonly provider: Provider;
  readonly issuer: string;
  /** Of those whose tokens are taken: the server itself, and who signs the users in. */
  readonly keys: JWTVerifyGetKey;
}

/** Adds the two grants that the server lets its user add. */
export function registerGrants(setup: GrantSetup): void {
  const { provider } = setup;
  const { jwtBearer, tokenExchange } = GRANTS;
  const repeatable = ["resource", "audience"];
  provider.registerGrantType(
    jwtBearer,
    (ctx) => answerJwtBearer(ctx, setup),
    ["assertion", "scope", ...repeatable],
    repeatable,
  );
  const tokens = ["subject", "actor"].flatMap((who) => [`${who}_token`, `${who}_token_type`]);
  provider.registerGrantType(
    tokenExchange,
    (ctx) => answerTokenExchange(ctx, setup),
    [...tokens, "requested_token_type", "scope", ...repeatable],
    repeatable,
  );
}

/** RFC 7523 §3. */
async function answerJwtBearer(ctx: Context, setup: GrantSetup): Promise<void> {
  const { assertion, resource = "" } = ctx.oidc.params;
  const subject = await verified(assertion, ctx, setup).catch(() => {
    throw new errors.InvalidGrant("the assertion is not valid");
  });
  await issue(ctx, setup, { subject, grant: GRANTS.jwtBearer, targets: [resource].flat() });
}

/** RFC 8693 §2.2 and §4: who acts is named, and who did before. */
async function answerTokenExchange(ctx: Context, setup: GrantSetup): Promise<void> {
  const { params } = ctx.oidc;
  const { resource = [], audience = [], requested_token_type = ACCESS_TOKEN } = params;
  if (requested_token_type !== ACCESS_TOKEN) refuse("only access tokens are issued");
  const subject = await tokenOf("subject", ctx, setup);
  if (subject === undefined) refuse("subject_token is missing");
  const actor = await tokenOf("actor", ctx, setup);
  const mayAct = subject.may_act as JWTPayload | undefined;
  if (actor && mayAct && mayAct.sub !== actor.sub) refuse("the actor may not act for the subject");
  await issue(ctx, setup, {
    subject,
    grant: GRANTS.tokenExchange,
    targets: [resource, audience].flat(),
    act: actor ? { iss: actor.iss, sub: actor.sub, act: subject.act } : subject.act,
    issuedTokenType: requested_token_type,
  });
}

async function tokenOf(who: "subject" | "actor", ctx: Context, setup: GrantSetup) {
  const { [`${who}_token` as const]: token, [`${who}_token_type` as const]: type } =
    ctx.oidc.params;
  if ((token === undefined) !== (type === undefined)) refuse(`half of the ${who} is missing`);
  if (token === undefined) return undefined;
  if (type !== JWT && type !== ACCESS_TOKEN) refuse(`${who}_token_type`);
  return verified(token, ctx, setup).catch(() => refuse(`${who}_token is not valid`));
}

async function verified(token: string | undefined, ctx: Context, { keys, issuer }: GrantSetup) {
  const { payload } = await jwtVerify(token ?? "", keys, {
    issuer: [USERS_ISSUER, issuer],
    audience: [issuer, ctx.oidc.client.clientId],
    requiredClaims: ["sub", "exp"],
  });
  return payload;
}

interface Grant {
  readonly subject: JWTPayload;
  readonly grant: string;
  readonly targets: readonly string[];
  readonly act?: unknown;
  readonly issuedTokenType?: string;
}

async function issue(
  ctx: Context,
  { provider }: GrantSetup,
  { subject, grant, targets, act, issuedTokenType }: Grant,
): Promise<void> {
  const { client, params } = ctx.oidc;
  const scope = params.scope?.split(" ").includes("read") ? "read" : undefined;
  const left = Number(subject.exp) - Math.floor(Date.now() / 1_000);
  const token = new provider.AccessToken({
    client,
    accountId: subject.sub,
    gty: grant,
    scope,
    expiresIn: Math.min(TOKEN_SECONDS, left),
  });
  const [server] = targets.map(
    (target) => new provider.ResourceServer(target, resourceServer(target)),
  );
  if (server) token.resourceServer = server;
  // The server itself knows of one audience only.
  ctx.state.claims = { act, ...(targets.length > 1 && { aud: targets }) };
  const certificate = ctx.socket.getPeerX509Certificate();
  if (certificate !== undefined) token.setThumbprint("x5t", certificate);
  ctx.body = {
    access_token: await token.save(),
    issued_token_type: issuedTokenType,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope,
  };
}

function refuse(description: string): never {
  throw new errors.InvalidRequest(description);
}
