import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import { isRecord } from "../checks/is-record.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import type { AffectedRequest } from "./affected-request.ts";
import { withBody } from "./corrupted-bodies.ts";

type Json = Record<string, unknown>;

/** Members of a token response that hold tokens. */
const TOKEN_MEMBERS = ["access_token", "id_token"];

/**
 * Changes claims of the tokens in a response and signs the tokens again; changes the issuer in
 * metadata too.
 */
export async function forgeTokens(
  { c, realResponse, keys }: AffectedRequest,
  claims: JWTPayload,
): Promise<Response> {
  const { record, tokens } = c.get("received");
  return rewrite(await realResponse(), async (json) => {
    for (const name of TOKEN_MEMBERS) json[name] = await forge(json[name], { claims, keys });
    for (const item of [json.authTokens ?? []].flat() as Json[]) {
      item.value = await forge(item.value, { claims, keys });
    }
    if ("issuer" in json && claims.iss !== undefined) json.issuer = claims.iss;
    const { access_token: token } = json;
    if (typeof token === "string" && record.issued !== undefined)
      record.issued = tokens.note(token);
    return json;
  });
}

/** Removes members from a response. */
export function takeMembers(response: Response, names: readonly string[]): Promise<Response> {
  return rewrite(response, (json) =>
    Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name))),
  );
}

/** Sets a member of a response. */
export function setMember(response: Response, name: string, value: unknown): Promise<Response> {
  return rewrite(response, (json) => ({ ...json, [name]: value }));
}

/** A body that is not a JSON object stays unchanged. */
async function rewrite(
  response: Response,
  change: (json: Json) => Json | Promise<Json>,
): Promise<Response> {
  const text = await response.text();
  const json = parseObject(text);
  return withBody(response, json === undefined ? text : JSON.stringify(await change(json)));
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function forge(
  token: unknown,
  { claims, keys }: { claims: JWTPayload; keys: KeyRings },
): Promise<unknown> {
  if (typeof token !== "string") return token;
  try {
    const { typ = "JWT" } = decodeProtectedHeader(token);
    const payload = decodeJwt(token);
    const own = keys.of(String(payload.iss));
    return (await own?.sign({ ...payload, ...claims }, typ)) ?? token;
  } catch {
    // An opaque token has no claims to change.
    return token;
  }
}
