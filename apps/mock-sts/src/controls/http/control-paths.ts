/** The path of the controls below the token server's origin. */
export const CONTROL_PATH = "/__mock";

/** The path of the OpenAPI document below the controls. */
export const DOCUMENT_PATH = "/openapi.json";

/** The path of the dashboard's files, absolute. */
export const DASHBOARD_PATH = `${CONTROL_PATH}/ui`;
