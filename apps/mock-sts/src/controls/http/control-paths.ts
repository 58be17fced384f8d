/** Where the controls are below the token server's origin. */
export const CONTROL_PATH = "/__mock";

/** Where the description of the controls is, below them. */
export const DOCUMENT_PATH = "/openapi.json";

/** The path of the dashboard's files, absolute. */
export const DASHBOARD_PATH = `${CONTROL_PATH}/ui`;
