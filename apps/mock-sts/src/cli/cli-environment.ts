import type { TrustVariables } from "./binding/trust-files.ts";

/** The environment of the command line tool. */
export interface CliEnvironment {
  /** Prints what was asked for. */
  readonly print: (text: string) => void;
  /** Prints what went wrong. */
  readonly printError: (text: string) => void;
  /** Resolves when the user wants the mock to end. */
  readonly stopped: Promise<unknown>;
  /** Resolves when the process that started the mock is gone; it may read the standard input. */
  readonly untilAbandoned: () => Promise<unknown>;
  /** Whether a person reads what is printed. */
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  /** The folder that files are looked for in. */
  readonly folder: string;
  /** The variables that name trusted certificates, as they are set now. */
  readonly trust: TrustVariables;
  /** Ports that are tried first; 0 is any free one. */
  readonly ports: { readonly port: number; readonly gatewayPort: number };
  /** Opens a URL in the browser; rejects if it cannot. */
  readonly openUrl: (url: string) => Promise<void>;
}
