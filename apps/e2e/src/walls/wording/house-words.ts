/** A word that this field uses for something else, or not at all, and what is said in its place. */
export interface HouseWord {
  /** What a name must not contain, once its words stand apart and in lower case: `TokenAnswer` is `token answer`. */
  readonly pattern: RegExp;
  /** What the field says. */
  readonly instead: string;
  /** Whether a name of a function may contain it: `answerJson` says what a server does. */
  readonly verbIsMeant?: boolean;
  /** Packages in which the word means something else, by their short names. */
  readonly except?: readonly string[];
}

/** The words that names must not contain. */
export const houseWords: readonly HouseWord[] = [
  // A server answers; what it sends is a response (RFC 6749 §5). Only agents give their users answers.
  {
    pattern: /\banswers?\b/,
    instead: "response",
    verbIsMeant: true,
    except: ["examples", "framework-examples"],
  },
  // `inFlight` and `singleFlight` are the field's words.
  { pattern: /(?<!\b(?:in|single) )\bflights?\b/, instead: "request in flight" },
  { pattern: /\btimelines?\b/, instead: "hybrid clock" },
  { pattern: /\bcache memory\b/, instead: "cache state" },
  { pattern: /\bfailure memory\b/, instead: "negative cache, or backoff" },
  { pattern: /^remembered\b/, instead: "memoize" },
  { pattern: /\bwitness(?:es)?\b/, instead: "observer" },
  { pattern: /\bhandouts?\b/, instead: "token use log" },
  { pattern: /\btellers?\b|\btell\b/, instead: "emit" },
  { pattern: /^call tokens\b/, instead: "a name that says token source" },
  { pattern: /\bno token\b/, instead: "a result that says why" },
  { pattern: /\bsession lost\b(?! error)/, instead: "an Error, and its name says so" },
  // A fault is what the mock is made to do wrong.
  { pattern: /\bfaults?\b/, instead: "violation, or failure", except: ["mock-sts", "e2e"] },
  { pattern: /\badopt(?:s|ed)?\b/, instead: "update" },
  { pattern: /\bhonou?r(?:s|ed)?\b/, instead: "supports" },
  { pattern: /\bfurnish(?:es|ed)?\b/, instead: "seed" },
  { pattern: /\bcourts?\b/, instead: "harness" },
  { pattern: /\bjudge[sd]?\b/, instead: "verify" },
  { pattern: /\bstages?\b/, instead: "live" },
  { pattern: /\bspoil(?:s|t|ed|ers?)?\b/, instead: "corrupt" },
  { pattern: /\bstrikes?\b|\bstruck\b/, instead: "apply" },
  { pattern: /\bworkplaces?\b/, instead: "environment" },
];

/** Names of options and keys that users write, which stay for their sake. */
export const keptNames: readonly { readonly files: RegExp; readonly names: readonly string[] }[] = [
  {
    // The mock's events, the log of its requests, and how an MCP server sends its responses.
    files: /^apps\/mock-sts\/src\//,
    names: ["answerId", "answers", "lastAnswerId", "onAnswer", "sinceAnswerId"],
  },
  // Why a server or agent of a flow cannot be asked: a member of what flows hand to the client.
  {
    files: /^packages\/(?:core\/src\/gateway|client\/src\/discovery\/discovery)\.ts$/,
    names: ["fault"],
  },
  // What a tool of the configuration file returns.
  { files: /^apps\/mock-sts\/src\/config\/config-tools\.ts$/, names: ["answer"] },
];
