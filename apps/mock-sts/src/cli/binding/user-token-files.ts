import { didYouMean } from "../../checks/nearest-name.ts";
import { isDnsLabel } from "../../checks/option-values.ts";
import { UsageError } from "../../checks/usage-error.ts";
import type { MockSts } from "../../mock-sts.ts";

/** The token of a user as a file. */
export interface UserTokenFile {
  readonly user: string;
  /** Name of the file. */
  readonly file: string;
  /** The client that the token is written for: its `aud`. */
  readonly clientId: string;
  readonly token: string;
}

/** Lifetime of the tokens, in milliseconds. */
const LIFETIME_MS = 43_200_000;

/**
 * Signs users in. A user of the provider gets a token for `clientId`, a user of a subscriber one for
 * the client of line-of-business agents.
 *
 * @throws UsageError naming a user of a tenant that there is not.
 */
export async function userTokenFiles(
  mock: MockSts,
  { users, clientId }: { readonly users: readonly string[]; readonly clientId: string },
): Promise<readonly UserTokenFile[]> {
  const signIns = users.map((user) => ({ user, ...parseUser(mock, user) }));
  return Promise.all(
    signIns.map(async ({ user, sub, tenant }) => {
      const audience = tenant?.isProvider === false ? mock.lobClientId : clientId;
      const signIn = { sub, clientId: audience, expiresInMs: LIFETIME_MS };
      const token = await mock.userToken({
        ...signIn,
        ...(tenant && { tenant: tenant.subdomain }),
      });
      return { user, file: fileName(user), clientId: audience, token };
    }),
  );
}

function fileName(user: string): string {
  return `${encodeURIComponent(user).replaceAll("%40", "@")}.jwt`;
}

/** `NAME@TENANT` is a user of a tenant; a mail address, whose domain has a dot, is a name. */
function parseUser(
  { tenants }: MockSts,
  user: string,
): { sub: string; tenant?: MockSts["tenants"][number] } {
  const at = user.lastIndexOf("@");
  const subdomain = user.slice(at + 1);
  const sub = user.slice(0, at);
  if (at < 0) return { sub: user };
  const shown = JSON.stringify(user);
  if (subdomain === "") throw new UsageError(`--user ${shown} has no tenant after the @`);
  const tenant = tenants.find((candidate) => candidate.subdomain === subdomain);
  if (tenant === undefined && !isDnsLabel(subdomain.toLowerCase())) return { sub: user };
  if (sub === "") throw new UsageError(`--user ${shown} has no name before the @`);
  if (tenant !== undefined) return { sub, tenant };
  const names = tenants.map((candidate) => candidate.subdomain);
  throw new UsageError(
    `--user ${shown}: this mock has no tenant ${JSON.stringify(subdomain)}, only ${names.join(", ")}${didYouMean(subdomain, names)}`,
  );
}
