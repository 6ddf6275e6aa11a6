/**
 * Handlers of the sign-in itself: where a browser begins, and where the provider sends it back to.
 *
 * The flow's cookie binds the two: it is for this host alone, out of reach of scripts, sent on the
 * provider's navigation (SameSite=Lax) and good for ten minutes. Whatever goes wrong on the way back, the
 * browser lands on our own sign-in page with a code and the request's id; the particulars are for the
 * organization's administrators.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import type { Handlers } from "../../http/api.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import { type AttemptBound, createAttempts } from "../attempts.ts";
import { networkOf } from "../network-of.ts";
import type { Sessions, Visitor } from "../sessions.ts";
import { type Domains, domainOf } from "./domains.ts";
import { type Flows, flowSeconds } from "./flow.ts";
import { readReturnPath } from "./return-path.ts";

export interface SignOnRouteDeps {
  readonly sessions: Pick<Sessions, "open">;
  readonly database: Pick<Database, "kysely">;
  readonly flows: Flows;
  readonly domains: Pick<Domains, "findSlugFor">;
  readonly ground: Ground;
  /** True where browsers reach Berth by https. */
  readonly isSecure: boolean;
}

const perAddress: AttemptBound = { max: 300, windowMs: 300_000 };
const maxCookieChars = 100;
const tokenForm = /^[A-Za-z0-9_-]{43}$/;

export function signOnHandlers(
  deps: SignOnRouteDeps,
): Handlers<"beginSingleSignOn" | "finishSingleSignOn"> {
  const { sessions, flows, domains, ground, isSecure } = deps;
  const { kysely } = deps.database;
  const attempts = createAttempts(ground.clock);
  const cookieName = isSecure ? "__Host-berth.single-sign-on" : "berth.single-sign-on";
  const cookieOf = (token: string, seconds: number) =>
    `${cookieName}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;

  function readCookie(headers: Headers): string | undefined {
    const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
    const found = pairs.filter((pair) => pair.startsWith(`${cookieName}=`));
    const [value, ...more] = found.map((pair) => pair.slice(cookieName.length + 1));
    // Two of one name were planted by another host of the same site.
    if (value === undefined || more.length > 0 || value.length > maxCookieChars) return undefined;
    return tokenForm.test(value) ? value : undefined;
  }

  async function findSlug(email: string | undefined, organization: string | undefined) {
    if (organization !== undefined) return organization;
    const slug = email === undefined ? undefined : await domains.findSlugFor(email);
    if (slug !== undefined) return slug;
    const domain = email === undefined ? undefined : domainOf(email);
    throw new BerthError(
      "SSO_NOT_OFFERED",
      domain === undefined
        ? "Name an organization, or an e-mail address whose domain is one's."
        : `No organization here has single sign-on for addresses of ${JSON.stringify(domain.slice(0, 100))}; sign in in another way.`,
    );
  }

  /** A session that notes how it was proven; without the note there is none. */
  async function openSession(opening: {
    readonly personId: string;
    readonly organizationId: string;
    readonly sessionExpiresAt: Date;
    readonly visitor: Visitor;
  }): Promise<readonly string[]> {
    const { personId, visitor } = opening;
    const opened = await sessions.open({ personId, visitor, hasSecondFactor: false });
    try {
      await kysely
        .insertInto("sso_session")
        .values({
          session_id: opened.sessionId,
          organization_id: opening.organizationId,
          expires_at: opening.sessionExpiresAt,
        })
        .execute();
    } catch (cause) {
      await kysely.deleteFrom("session").where("id", "=", opened.sessionId).execute();
      throw cause;
    }
    return opened.cookies;
  }

  const goTo = (location: string) => new Response(null, { status: 303, headers: { location } });

  return {
    async beginSingleSignOn({ body }, { address, setCookies }) {
      attempts.begin({ [`address ${networkOf(address)}`]: perAddress });
      const { url, token } = await flows.begin({
        slug: await findSlug(body.email, body.organization),
        returnTo: readReturnPath(body.returnTo),
        ...(body.email === undefined ? {} : { loginHint: body.email }),
      });
      setCookies([cookieOf(token, flowSeconds)]);
      return { url };
    },
    async finishSingleSignOn({ params, query }, { address, request, requestId, setCookies }) {
      setCookies([cookieOf("", 0)]);
      try {
        const token = readCookie(request.headers);
        const done = await flows.finish({
          slug: params.organization,
          token,
          query,
          requestId,
        });
        setCookies(await openSession({ ...done, visitor: { address, headers: request.headers } }));
        return goTo(done.returnTo);
      } catch (error) {
        const code = isBerthError(error) ? error.code : "INTERNAL";
        ground.logger[code === "INTERNAL" ? "error" : "info"](
          { err: error, requestId },
          "a single sign-on did not succeed",
        );
        return goTo(`/sign-in?${new URLSearchParams({ error: code, request: requestId })}`);
      }
    },
  };
}
