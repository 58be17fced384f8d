/** What `mock-sts --help` prints. */
export const USAGE = `Usage: mock-sts [options]
       mock-sts init [FILE] [--preset NAME] [--force]
       mock-sts check [FILE]

Starts a token server like SAP Cloud Identity Services, XSUAA and the Destination
Service, a token exchange service (STS), and an Agent Gateway with MCP servers, all
over TLS, for development and tests. init writes a commented configuration file,
check lists the violations of one.

Configuration:
  --config FILE         YAML or JSON (default: mock-sts.yaml, .yml or .json in this
                        folder, if there is one); the options below win over it
  --preset NAME         everything, ias, btp-lob, kagent-sts or keycloak-like
  --scenario NAME       faults and settings to begin with, such as flaky or slow
  --seed N              seed of faults with a probability (default: 1)
  --public-client       let the STS exchange tokens without a client, as for kagent
  --client ID:SECRET    add a client, for the MCP SDKs; may be repeated
  --token-lifetime SEC  lifetime of access tokens, 1 to 43200 (default: 3600)

Address and ports:
  --port PORT           port of the token server; 0: any free one (default: 5443, or
                        any free one if that is taken)
  --gateway-port PORT   port of the gateway (default: 5444, likewise)
  --host ADDRESS        address to bind (default: 127.0.0.1)
  --http                plain HTTP, without client certificates: not for the
                        customer flow

Files for agents:
  --write-binding DIR   write DIR/agent-gateway/ (customer flow), DIR/destination/
                        (line-of-business flow), DIR/ca.pem, DIR/ca-bundle.pem and
                        DIR/env.sh; files of an earlier start are replaced, and
                        certificates that were added to them are kept
  --flow FLOW           with --write-binding: only for this flow, customer,
                        transparent, lob or sts (default: those that the mock
                        serves, but transparent); an agent that finds several
                        chooses one of them
  --user NAME[@TENANT]  with --write-binding: write DIR/NAME.jwt too, a user token
                        for 12 hours; may be repeated
  --force               with --write-binding: replace files of others too
  --print-env DIR       print the environment of the mock that wrote DIR and exit,
                        for  eval "$(mock-sts --print-env DIR)"; adds what this
                        shell trusts to DIR/ca.pem and DIR/ca-bundle.pem
  --print-env=FORMAT DIR
                        the same as sh (the default), powershell, for
                        mock-sts --print-env=powershell DIR | Out-String | iex
                        or dotenv, for a .env file

Output:
  --log FORMAT          pretty, json or off (default: pretty on a terminal, else
                        json: one JSON object a line)
  --no-color            no colors (NO_COLOR and FORCE_COLOR apply too)
  --ui                  open the dashboard in the browser
  --record-secrets      keep values of tokens, for holders of the admin token
  -h, --help            print this text
  --version             print the version

The end:
  Ctrl+C or SIGTERM; a second one ends it at once. It also ends when the process that
  started it is gone, or closes the pipe that is its standard input. If that is
  /dev/null, a file or closed from the start, as in the background of a script or in
  CI, it stays until it is told to end; under npx it always ends with npx.

Exit codes: 0 after an orderly end, 1 if it cannot start, 2 for a wrong command line.
`;

/** What `mock-sts init --help` prints. */
export const INIT_USAGE = `Usage: mock-sts init [FILE] [options]

Writes a commented configuration file in YAML (default: mock-sts.yaml).

  --preset NAME  begin with everything, ias, btp-lob, kagent-sts or keycloak-like
  --force        replace a file that exists
  -h, --help     print this text
`;

/** What `mock-sts check --help` prints. */
export const CHECK_USAGE = `Usage: mock-sts check [FILE]

Lists all violations of a configuration file, with line and column (default:
mock-sts.yaml, .yml or .json in this folder). Exit codes: 0 without violations, else 1.

  -h, --help     print this text
`;
