import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";

/** The clauses that the mock follows. Each number is in the names of the tests that show it. */
const rules: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "6749": {
    1: "the token endpoint takes POST only (3.2)",
    2: "parameters come as a form, never in the URL (2.3.1, 4)",
    3: "unknown parameters are ignored, an empty one counts as absent (3.2)",
    4: "no parameter comes twice, but resource and audience (3.2)",
    5: "missing, unknown and forbidden grant types have a code each (5.2)",
    6: "failed client authentication is invalid_client, with a challenge for Basic (5.2)",
    7: "one method of client authentication in a request (2.3)",
    8: "user and password of Basic are form-encoded (appendix B)",
    9: "an unknown scope is invalid_scope (5.2)",
    10: "no cache keeps a response, successful or not (5.1)",
    11: "the response is JSON with token, type and lifetime, and the scope where it differs (5.1)",
    16: "an error has the characters it may have (5.2)",
    18: "client credentials bring no refresh token (4.4.3)",
    19: "the token endpoint wants TLS (3.2)",
  },
  "8693": {
    1: "subject_token and its type are required (2.1)",
    2: "actor_token and its type come together (2.1)",
    3: "a bad subject or actor token is invalid_request (2.2.2)",
    4: "an unknown or forbidden target is invalid_target (2.2.2)",
    5: "resource and audience may be repeated and mixed (2.1)",
    6: "several targets are combined or refused, as configured (2.1)",
    7: "the scope is told where it is narrower (2.2.1)",
    8: "the requested type is issued or refused (2.1)",
    9: "the response names the issued type (2.2.1)",
    10: "a token that is not an access token has the token type N_A (2.2.1)",
    12: "no refresh token unless told so (2.2.1)",
    13: "impersonation has no act, delegation names the actor (1.1, 4.1)",
    14: "earlier actors are nested, up to a limit (4.1)",
    15: "only the outermost actor counts (4.1)",
    16: "act holds identity only (4.1)",
    17: "may_act must be met by the actor (4.4)",
    18: "client_id and scope are claims (4.2, 4.3)",
    19: "the subject token may have to be for the requester (policy)",
    20: "without client authentication by policy only (2.1)",
    21: "the token does not outlive the subject token (policy)",
    24: "the grant is in the metadata",
  },
  "7523": {
    1: "there is exactly one assertion (2.1)",
    2: "iss, sub, aud and exp are required (3)",
    3: "aud is the issuer or the token endpoint; in strict mode the issuer (3)",
    4: "exp and nbf are checked with the allowed skew (3)",
    5: "a second use is refused, if told so (3)",
    6: "the signature must be good, and there must be one (3)",
    7: "no refresh token, and no token that outlives the assertion (RFC 7521, 4.1)",
    8: "a client assertion is about its sender (2.2, 3)",
  },
  "8705": {
    1: "client_id is required in addition to the certificate (2)",
    2: "the chain and one registered name must be good (2.1)",
    3: "exactly one name is registered (2.1.2)",
    4: "the subject is compared as a name (2.1.2)",
    5: "a self-signed certificate is one of the registered (2.2)",
    6: "no certificate is an OAuth error, not a dead socket",
    7: "cnf holds the SHA-256 of the certificate (3.1)",
    8: "introspection tells cnf (3.2)",
    9: "metadata names the aliases of all endpoints (3.3, 5)",
    11: "the gateway refuses a bound token without its certificate, if told so (3)",
    12: "a bound token has the scheme Bearer (3)",
    13: "a bound client without certificate gets no token (3)",
    15: "a certificate in a header counts only if a proxy is said to write it",
    16: "a bound subject token is for its client and certificate only (policy)",
  },
  "8414": {
    1: "the document is before the issuer's path and behind it (3.1)",
    3: "required members are there (2)",
    5: "algorithms are listed for the methods that sign, never none (2)",
    6: "JSON without empty members (3.2)",
    8: "the JWK Set is public, and keeps the old key (2)",
  },
  "8707": {
    1: "a resource is an absolute URI without fragment (2)",
    2: "a resource may be repeated (2)",
    3: "an unknown resource is invalid_target (2)",
    4: "the token is for the resource, and later requests may only narrow (2.2)",
    5: "the scope is checked per resource (2)",
  },
  "9728": {
    1: "the document is at the inserted path, and one at the root (3.1)",
    2: "resource is the identifier that was used (3.3)",
    3: "authorization servers and methods are there (2)",
    4: "a 401 names the document (5.1)",
    10: "a token for another audience is refused (MCP)",
    11: "too little scope is 403 with all that is needed (MCP)",
    13: "no offline_access (MCP)",
  },
  "6750": {
    1: "no credentials: a challenge without error (3.1)",
    2: "a malformed header or two methods: 400 (3.1)",
    3: "a bad token is invalid_token (3.1)",
    4: "too little scope is insufficient_scope (3.1)",
    5: "each attribute once, in the characters it may have (3)",
  },
  "9068": {
    1: "the type is at+jwt, no other is taken (2.1, 4)",
    2: "all claims are there (2.2)",
    3: "sub of a client's own token is the client (2.2)",
    4: "aud is the resource, or a default (3)",
    5: "never none, RS256 works, a public key is not used as a secret (2.1, 4)",
    6: "issuer, audience, key and expiry are checked; new keys are found (4)",
  },
  "9449": {
    1: "a proof is complete, fresh, and about this request (4.2, 4.3)",
    2: "the token is bound to the key, its type is DPoP (5, 6)",
    3: "a nonce is asked for where it is wanted (8, 9)",
    4: "the gateway takes the token with its scheme and a proof of it (7)",
    5: "bound to key or certificate, to both only if told so",
  },
  "7662": { 1: "introspection tells of good tokens, with act and cnf, to those who may ask (2)" },
  "7009": { 1: "revocation succeeds for unknown tokens too (2.2)" },
  http: {
    1: "429 and 503 come with every form of Retry-After (RFC 6585, 4; RFC 9110, 10.2.3)",
    2: "two Host headers, none, or a malformed one: 400 (RFC 9112, 3.2)",
  },
};

/** The document that lists the tests of each rule; this test writes it with `vitest run -u`. */
const document = "../docs/conformance.md";

/** Reads the names of tests that begin with numbers of rules. */
async function readTests(): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = import.meta.dirname;
  const paths = await readdir(folder, { recursive: true });
  const files = paths.filter((path) => path.endsWith(".test.ts")).sort(byName);
  const found = new Map<string, string[]>();
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8");
    for (const [, name = ""] of text.matchAll(/"([^"\n]*\[\w+-\d+\][^"\n]*)",\s*(?:async )?\(/g)) {
      const title = name.replaceAll(/\[\w+-\d+\] ?/g, "");
      for (const [, id = ""] of name.matchAll(/\[(\w+-\d+)\]/g)) {
        found.set(id, [...(found.get(id) ?? []), `${basename(file, ".test.ts")}: ${title}`]);
      }
    }
  }
  return found;
}

function byName(a: string, b: string): number {
  return basename(a) < basename(b) ? -1 : 1;
}

const rows = Object.entries(rules).flatMap(([rfc, clauses]) =>
  Object.entries(clauses).map(([number, rule]) => ({ id: `${rfc}-${number}`, rule })),
);

describe("the RFC checklist", () => {
  it("has a test for every rule, and every numbered test has a rule", async () => {
    const tests = await readTests();
    expect(rows.filter(({ id }) => !tests.has(id)).map(({ id }) => id)).toEqual([]);
    const known = new Set(rows.map(({ id }) => id));
    expect([...tests.keys()].filter((id) => !known.has(id))).toEqual([]);
  });

  it("is written down as it is", async () => {
    const tests = await readTests();
    const lines = rows.map(({ id, rule }) => {
      const shown = (tests.get(id) ?? []).map((name) => name.replaceAll("|", "\\|"));
      return `| ${id} | ${rule} | ${shown.join("<br>")} |`;
    });
    const text = [
      "# What mock-sts holds to",
      "",
      "Clauses of the RFCs, and the tests of `src` that show them. A number is an RFC and a row of our checklist.",
      "",
      "| row | rule (section) | tests |",
      "| --- | --- | --- |",
      ...lines,
      "",
    ];
    await expect(text.join("\n")).toMatchFileSnapshot(document);
  });
});
