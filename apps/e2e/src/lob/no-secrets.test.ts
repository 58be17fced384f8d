import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { rejection } from "../agent.test-support.ts";
import { base64Cores, partsOfJwt } from "../secret-traces.test-support.ts";
import { fragmentOf, type LobAgent, openLobAgent } from "./lob-agent.test-support.ts";

const TENANT = "tenant-a";
const SENTINEL = "sentinel-within-a-claim-of-the-user-token";

const STATUSES = [400, 403, 404, 429, 500];

/** Everything that there is to be seen of values. */
function shown(values: readonly unknown[]): string {
  const options = { depth: null, showHidden: true, getters: true, maxArrayLength: null } as const;
  return values
    .flatMap((value) => [
      inspect(value, options),
      JSON.stringify(value),
      String(value),
      ...(value instanceof Error
        ? [value.message, value.stack, inspect(value.cause, options)]
        : []),
    ])
    .join("\n");
}

/** What fails at services that say all they were told. */
async function failures(
  { client, mock, signIn, advance }: LobAgent,
  good: string,
): Promise<unknown[]> {
  const claims = { SENTINEL };
  const user = (request: object) => mock.userToken({ sub: "alice", tenant: TENANT, ...request });
  const bad = [
    await user({ claims, clientId: "another-client" }),
    await user({ claims, expiresInMs: -60_000 }),
    await signIn("carol", "tenant-b"),
    `not-a-jwt-${SENTINEL}`,
  ];
  const errors: unknown[] = [];
  for (const token of bad)
    errors.push(await rejection(client.getUserAuth(token, { tenant: TENANT })));
  const { clientsecret } = mock.destinationBinding();
  for (const [route, body] of [
    ["xsuaa-token", { error: "invalid_client", error_description: `for ${clientsecret}` }],
    ["xsuaa-token", `<p>${clientsecret}</p>`],
    ["fragments", { ErrorMessage: `The token ${good}` }],
    ["fragments", `<p>${good}</p>`],
    ["destination", { ErrorMessage: `The token ${good}` }],
    ["destination", `<p>${good}</p>`],
  ] as const) {
    for (const status of STATUSES) {
      // Past what it asked for the time before: the service is asked again.
      advance(60_000);
      client.clearTokenCache();
      const headers = { "Retry-After": "60" };
      mock.controls.failNext({ status, headers, body }, { route, tenant: TENANT });
      errors.push(await rejection(client.getUserAuth(good, { tenant: TENANT })));
    }
  }
  return errors;
}

describe("errors, events and everything else that can be shown", () => {
  it("hold no user token, no access or service token, and no client secret", async () => {
    const agent = await openLobAgent();
    const { client, mock, flow, events } = agent;
    const good = await mock.userToken({
      sub: "alice",
      tenant: TENANT,
      expiresInMs: 43_200_000,
      claims: { SENTINEL },
    });
    const tokens = [
      await client.getSystemAuth({ tenant: TENANT }),
      await client.getUserAuth(good, { tenant: TENANT }),
    ];
    const lists = [
      await client.listMcpTools({ tenant: TENANT, userToken: good }),
      await client.listAgentCards({ tenant: TENANT, userToken: good }),
    ];
    const errors = await failures(agent, good);
    agent.advance(60_000);
    mock.controls.tenant(TENANT).changeFragment(fragmentOf(TENANT, "mcp-orders"), {
      URL: `https://localhost/${SENTINEL}?token=${SENTINEL}`,
    });
    const broken = await client.listMcpTools({ tenant: TENANT, userToken: good });
    const request = { tenant: TENANT, subjectToken: good };
    const output = shown([
      ...tokens,
      ...lists,
      ...errors,
      ...events,
      ...broken.failures.map(({ error }) => error),
      flow,
      client,
      flow.userTokens,
      flow.systemTokens,
      flow.userTokens.explainKey(request),
      flow.userTokens.stats(),
      flow.userTokens.identity,
    ]);

    // There was something to be searched.
    expect(errors).toHaveLength(4 + 6 * STATUSES.length);
    expect(mock.recorder.requests.filter(({ fault }) => fault !== undefined)).toHaveLength(
      6 * STATUSES.length,
    );
    expect(broken.failures).toHaveLength(1);
    const codes = ["ERR_TOKEN_OAUTH", "ERR_TOKEN_HTTP", "ERR_TOKEN_CONFIG", "ERR_TOKEN_RESPONSE"];
    for (const word of [...codes, "request-start", "request-end", "miss", TENANT]) {
      expect(output).toContain(word);
    }

    const secrets = [good, ...tokens.map(({ token }) => token)].flatMap(partsOfJwt);
    secrets.push(mock.destinationBinding().clientsecret ?? "", SENTINEL, ...base64Cores(SENTINEL));
    expect(secrets.filter((secret) => secret.length < 16)).toEqual([]);
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
    expect(output).not.toMatch(/eyJ[\w-]{8}/);
  });
});
