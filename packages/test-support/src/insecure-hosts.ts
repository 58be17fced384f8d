/** A URL, the option `allowInsecureHosts`, and whether the URL may get a token or a credential. */
export type InsecureHostCase = readonly [
  url: string,
  hosts: readonly string[],
  verdict: "allowed" | "insecure" | "credentials" | "invalid",
];

/** The one rule of `allowInsecureHosts`, in cases: every option, file member and response member that is such a URL runs them. */
export const INSECURE_HOST_CASES: readonly InsecureHostCase[] = [
  ["https://a.example", [], "allowed"],
  ["https://a.example:8443/x", [], "allowed"],
  ["http://a.example", [], "insecure"],
  ["http://127.0.0.1:8080", [], "insecure"],
  ["http://localhost", [], "insecure"],
  ["http://a.example", ["a.example"], "allowed"],
  ["http://a.example:8080", ["a.example"], "allowed"],
  ["http://a.example:8080", ["a.example:8080"], "allowed"],
  ["http://a.example:8081", ["a.example:8080"], "insecure"],
  ["http://a.example", ["a.example:80"], "allowed"],
  ["http://a.example:80", ["a.example:80"], "allowed"],
  ["http://a.example:8080", ["a.example:80"], "insecure"],
  ["http://A.Example", ["a.EXAMPLE"], "allowed"],
  ["http://127.0.0.1", ["127.0.0.1:80"], "allowed"],
  ["http://[::1]:8080", ["[::1]"], "allowed"],
  ["http://[::1]:8080", ["[::1]:8080"], "allowed"],
  ["http://[::1]:8081", ["[::1]:8080"], "insecure"],
  ["http://b.a.example", ["a.example"], "insecure"],
  ["http://a.example.evil", ["a.example"], "insecure"],
  ["ftp://a.example", ["a.example"], "insecure"],
  ["ws://a.example", ["a.example"], "insecure"],
  ["https://user@a.example", [], "credentials"],
  ["https://:secret@a.example", [], "credentials"],
  ["http://user:secret@a.example", ["a.example"], "credentials"],
  ["a.example", [], "invalid"],
  ["/path", [], "invalid"],
  ["", [], "invalid"],
];
