/** The realm that all tests use. */
export const REALM = "agents";

/** Every secret and password of the realm, so that a test can look for it where it must not be. */
export const SECRET = "sentinel-of-the-realm";

/** The subject of the certificate with which the client `agent-by-certificate` authenticates. */
export const AGENT_SUBJECT = "CN=agent-by-certificate,O=Agents";

/** The users, by their names. */
export const USERS: readonly string[] = ["alice", "bob"];

/** What MCP servers are called as audiences. Keycloak wants a client for each. */
export const AUDIENCES: readonly string[] = ["orders", "billing"];

/** A client that is no audience of the agents' tokens. */
export const STRANGER = "stranger";

/** The user that stands for the client `agent-by-secret`, the actor of delegations. */
export const ACTOR_USER_ID = "5d0e7f2a-6a44-4b8e-9c0b-2f4f2a1c7e11";

/** Composes the realm: a frontend where users log in, two agents that exchange, and the audiences. */
export function realm(): object {
  return {
    realm: REALM,
    enabled: true,
    // Keycloak's own count of the exchanges.
    eventsEnabled: true,
    enabledEventTypes: ["TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR"],
    clients: [
      frontend(),
      agent("agent-by-secret", { secret: SECRET, serviceAccountsEnabled: true }),
      agent("agent-by-certificate", {
        clientAuthenticatorType: "client-x509",
        attributes: {
          "x509.subjectdn": AGENT_SUBJECT,
          "x509.allow.regex.pattern.comparison": "false",
          "tls.client.certificate.bound.access.tokens": "true",
        },
      }),
      ...[...AUDIENCES, STRANGER].map((clientId) => client(clientId, { secret: SECRET })),
      client("auditor", { secret: SECRET, serviceAccountsEnabled: true, fullScopeAllowed: true }),
    ],
    users: [
      ...USERS.map(user),
      serviceAccount("agent-by-secret", { id: ACTOR_USER_ID }),
      serviceAccount("auditor", { clientRoles: { "realm-management": ["view-events"] } }),
    ],
  };
}

/** Its tokens are for both agents, and name the actor that they may be exchanged by. */
function frontend(): object {
  return client("frontend", {
    secret: SECRET,
    directAccessGrantsEnabled: true,
    protocolMappers: [
      audienceMapper("agent-by-secret"),
      audienceMapper("agent-by-certificate"),
      {
        name: "may_act",
        protocol: "openid-connect",
        protocolMapper: "oidc-hardcoded-claim-mapper",
        config: {
          "claim.name": "may_act.sub",
          "claim.value": ACTOR_USER_ID,
          "jsonType.label": "String",
          "access.token.claim": "true",
        },
      },
    ],
  });
}

/** A client that may exchange tokens for every audience. */
function agent(clientId: string, { attributes = {}, ...more }: ClientSettings): object {
  return client(clientId, {
    protocolMappers: AUDIENCES.map(audienceMapper),
    attributes: {
      "standard.token.exchange.enabled": "true",
      // The type of RFC 9068 in the header of its tokens.
      "access.token.header.type.rfc9068": "true",
      ...attributes,
    },
    ...more,
  });
}

interface ClientSettings {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly [setting: string]: unknown;
}

function client(clientId: string, settings: ClientSettings): object {
  return {
    clientId,
    publicClient: false,
    standardFlowEnabled: false,
    fullScopeAllowed: false,
    ...settings,
  };
}

function audienceMapper(clientId: string): object {
  return {
    name: `audience ${clientId}`,
    protocol: "openid-connect",
    protocolMapper: "oidc-audience-mapper",
    config: { "included.client.audience": clientId, "access.token.claim": "true" },
  };
}

/** Without an address and a full name Keycloak would want the user to complete the account first. */
function user(username: string): object {
  return {
    username,
    enabled: true,
    email: `${username}@agents.example`,
    emailVerified: true,
    firstName: username,
    lastName: "Test",
    credentials: [{ type: "password", value: SECRET, temporary: false }],
  };
}

function serviceAccount(clientId: string, more: object): object {
  return {
    username: `service-account-${clientId}`,
    enabled: true,
    serviceAccountClientId: clientId,
    ...more,
  };
}
