import Provider from "oidc-provider";

/** Starts oidc-provider as its documentation does, with one client; run as a process of its own. */
const port = Number(process.argv[2]);
const provider = new Provider(`http://localhost:${port}`, {
  features: { clientCredentials: { enabled: true } },
  clients: [
    {
      ...{ client_id: "agent", client_secret: "secret" },
      ...{ grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
    },
  ],
});
provider.listen(port);
