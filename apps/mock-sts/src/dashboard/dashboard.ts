import { createDashboardFiles } from "./dashboard-files.ts";
import { DASHBOARD_PAGE, DASHBOARD_POLICY } from "./dashboard-page.ts";

/** The dashboard of a mock, as responses. */
export interface Dashboard {
  /** Responds with the page. */
  page(): Response;
  /** Responds with a file of the page by its name below `DASHBOARD_PATH`; `undefined` if there is none. */
  file(name: string): Promise<Response | undefined>;
}

/** Creates the dashboard, and lists its files. */
export function createDashboard(): Dashboard {
  const find = createDashboardFiles();
  return {
    page: () => new Response(DASHBOARD_PAGE, { headers: PAGE_HEADERS }),
    async file(name) {
      const file = await find(name);
      if (file === undefined) return undefined;
      return new Response(file.text, { headers: { "Content-Type": file.contentType } });
    },
  };
}

const PAGE_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": DASHBOARD_POLICY,
  Vary: "Accept",
};
