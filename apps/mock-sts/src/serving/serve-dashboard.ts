import type { Context, Hono, MiddlewareHandler } from "hono";
import type { GuardedEnv } from "../controls/http/control-guard.ts";
import { DASHBOARD_PATH } from "../controls/http/control-paths.ts";
import type { Dashboard } from "../dashboard/dashboard.ts";

/**
 * Adds the dashboard to an application: its page at `/` for clients that accept HTML, and its files.
 *
 * For all other clients, `/` stays what it is at a token server: not found. The dashboard is loaded
 * at the first request for it.
 */
export function serveDashboard(app: Hono<GuardedEnv>, guard: MiddlewareHandler<GuardedEnv>): void {
  let loading: Promise<Dashboard> | undefined;
  const dashboard = () => {
    loading ??= loadDashboard();
    return loading;
  };
  app.get("/", async (c, next) => {
    if (!acceptsHtml(c)) return next();
    return guard(c, async () => {
      c.res = (await dashboard()).page();
    });
  });
  app.get(`${DASHBOARD_PATH}/*`, async (c, next) => {
    const name = c.req.path.slice(DASHBOARD_PATH.length + 1);
    const file = await (await dashboard()).file(name);
    return file ?? next();
  });
}

async function loadDashboard(): Promise<Dashboard> {
  const { createDashboard } = await import("../dashboard/dashboard.ts");
  return createDashboard();
}

function acceptsHtml(c: Context): boolean {
  return /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}
