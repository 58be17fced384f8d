import { Hono } from "hono";
import type { Controls } from "../controls/controls.ts";
import { clockOperations } from "../controls/http/clock-operations.ts";
import { createControlApi } from "../controls/http/control-api.ts";
import { controlGuard, type GuardedEnv, isLoopback } from "../controls/http/control-guard.ts";
import type { ControlOperation } from "../controls/http/control-operation.ts";
import { CONTROL_PATH } from "../controls/http/control-paths.ts";
import { faultOperations } from "../controls/http/fault-operations.ts";
import { logOperations } from "../controls/http/log-operations.ts";
import { stateOperations } from "../controls/http/state-operations.ts";
import { tokenOperations } from "../controls/http/token-operations.ts";
import { createUserTokens } from "../controls/user-tokens.ts";
import type { Listener, RequestHandler } from "../http/listener.ts";
import { createSubscribers, type Subscribers } from "../recording/subscribers.ts";
import type { SecurityTokenService } from "../sts/security-token-service.ts";
import type { MockParts } from "./mock-parts.ts";
import { serveDashboard } from "./serve-dashboard.ts";

/**
 * Creates a handler that serves the controls and the dashboard behind their guard, and passes all
 * other requests on.
 */
export function serveControls(options: ServeControlsOptions): RequestHandler {
  const { parts, listener, otherwise } = options;
  const { insecureHttp, controlHosts: hosts } = parts.options;
  const changes = createSubscribers();
  const isExposed = !isLoopback(listener.address);
  const guard = controlGuard({
    scheme: insecureHttp ? "http" : "https",
    hosts,
    address: listener.address,
    port: listener.port,
  });
  const app = new Hono<GuardedEnv>();
  app.use(CONTROL_PATH, guard);
  app.use(`${CONTROL_PATH}/*`, guard);
  serveDashboard(app, guard);
  app.route(
    CONTROL_PATH,
    createControlApi({
      operations: controlOperations(options, { changes, isExposed }),
      adminToken: parts.adminToken,
      isExposed,
      onChange: () => changes.emit(),
    }),
  );
  app.all("*", (c) => otherwise(c.req.raw, c.env));
  return (request, env) => app.fetch(request, env);
}

/** The parts of a mock that the controls over HTTP need. */
export interface ServeControlsOptions {
  readonly parts: MockParts;
  /** The token exchange service and the further issuers. */
  readonly services: readonly SecurityTokenService[];
  readonly controls: Controls;
  readonly listener: Pick<Listener, "address" | "port">;
  /** Handles all requests that are not for the controls. */
  readonly otherwise: RequestHandler;
}

function controlOperations(
  { parts, services, controls }: ServeControlsOptions,
  { changes, isExposed }: { changes: Subscribers<void>; isExposed: boolean },
): readonly ControlOperation[] {
  const { recorder, clock, tokens, keys, tenants, options } = parts;
  const userToken = createUserTokens({
    tenants,
    services,
    clock,
    defaultClientId: options.clientId,
  });
  const issuers = [...tenants.all, ...services].map(({ tokens: { issuer } }) => issuer);
  return [
    ...stateOperations({
      ...parts,
      controls,
      tokenRequired: isExposed,
      startedAt: Date.now(),
    }),
    ...logOperations(recorder, changes),
    ...clockOperations(clock),
    ...faultOperations(controls),
    ...tokenOperations({ controls, tokens, keys, issuers, userToken }),
  ];
}
