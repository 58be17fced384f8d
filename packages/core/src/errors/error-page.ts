/**
 * The page of the documentation that explains each error code. `pnpm set-home` writes its URL; there is none before
 * the project has a public home.
 */
export const ERROR_PAGE: string | undefined = undefined;
