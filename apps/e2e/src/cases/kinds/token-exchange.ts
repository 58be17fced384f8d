import { createStsTokenSource } from "@agent-oauth/sts";
import { z } from "zod";
import { authenticationOf, caseClient } from "../fixtures/case-client.ts";
import { type CaseKind, caseKind } from "../fixtures/case-kind.ts";
import { LOOPBACK, scriptedResponse, send, withServer } from "../fixtures/case-server.ts";
import { caseClock, userJwt } from "../fixtures/fill-in.ts";

/** Responses of security token services to exchanges for the audience `orders`. */
export const tokenExchange: CaseKind = caseKind(
  z.strictObject({
    response: scriptedResponse,
    /** What is sent instead if a parameter of the form is not the one that the server wants. */
    otherwise: scriptedResponse.optional(),
    wants: z.record(z.string(), z.string()).default({}),
    options: z.strictObject({ subjectTokenType: z.string().optional() }).default({}),
  }),
  ({ response, otherwise = response, wants, options }) => {
    let form = new URLSearchParams();
    return withServer(
      ({ body }, sent) => {
        form = new URLSearchParams(body);
        const isWanted = Object.entries(wants).every(([name, value]) => form.get(name) === value);
        send(sent, isWanted ? response : otherwise);
      },
      async (origin) => {
        const events: string[] = [];
        const source = createStsTokenSource({
          tokenEndpoint: `${origin}/token`,
          clientId: "agent",
          clientAuthentication: authenticationOf(caseClient.parse({})),
          allowInsecureHosts: LOOPBACK,
          onEvent: ({ type }) => events.push(type),
          clock: caseClock(),
          ...(options.subjectTokenType && { subjectTokenType: options.subjectTokenType }),
        });
        try {
          const request = { subjectToken: userJwt(600), audience: ["orders"] };
          const { tokenType } = await source.getToken(request);
          const subjectTokenType = form.get("subject_token_type");
          return { accepted: true, type: tokenType, events, subjectTokenType };
        } finally {
          await source.close();
        }
      },
    );
  },
);
