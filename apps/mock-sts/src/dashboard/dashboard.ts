import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { GuardedEnv } from "../controls/http/control-guard.ts";
import { createDashboardFiles, dashboardPath } from "./dashboard-files.ts";
import { dashboardPage, dashboardPolicy } from "./dashboard-page.ts";

/**
 * Creates the application of the dashboard: its page at `/` for who takes HTML, and its files.
 *
 * To others, `/` stays what it is at a token server: nothing.
 */
export function createDashboard(guard: MiddlewareHandler<GuardedEnv>): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>();
  let files: ReturnType<typeof createDashboardFiles> | undefined;
  app.get("/", async (c, next) => {
    if (!takesHtml(c)) return next();
    return guard(c, async () => {
      c.res = new Response(dashboardPage, { headers: pageHeaders });
    });
  });
  app.get(`${dashboardPath}/*`, async (c, next) => {
    files ??= createDashboardFiles();
    const file = await files(c.req.path.slice(dashboardPath.length + 1));
    if (file === undefined) return next();
    return new Response(file.text, { headers: { "Content-Type": file.contentType } });
  });
  return app;
}

const pageHeaders = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": dashboardPolicy,
  Vary: "Accept",
};

function takesHtml(c: Context): boolean {
  return /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}
