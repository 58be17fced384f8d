/** Where the controls are below the token server's origin. */
export const controlPath = "/__mock";

/** Where the description of the controls is, below them. */
export const documentPath = "/openapi.json";

/** The path of the dashboard's files, absolute. */
export const dashboardPath = `${controlPath}/ui`;
