/** Every address of the console. Pages are loaded when they are first gone to. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { parseAuditSearch } from "../features/audit/audit-search.ts";
import { ErrorPage } from "../pages/error/ErrorPage.tsx";
import { NotFoundPage } from "../pages/error/NotFoundPage.tsx";
import { Shell } from "./shell/Shell.tsx";

interface RootSearch {
  /** Opens the console on this organization, for someone in several. */
  readonly organization?: string;
}

interface SignInSearch {
  readonly next?: string;
  /** Why a single sign-on did not succeed: a code, and the request under which it is logged. */
  readonly error?: string;
  readonly request?: string;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= 200 ? value : undefined;

const rootRoute = createRootRoute({
  component: Outlet,
  validateSearch: (search): RootSearch => {
    const organization = textOf(search.organization);
    return organization === undefined ? {} : { organization };
  },
});

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search): SignInSearch => {
    const next = textOf(search.next);
    const error = textOf(search.error);
    const request = textOf(search.request);
    return {
      ...(next === undefined ? {} : { next }),
      ...(error === undefined ? {} : { error }),
      ...(request === undefined ? {} : { request }),
    };
  },
  component: lazyRouteComponent(() => import("../pages/sign-in/SignInPage.tsx"), "SignInPage"),
});

const signInLink = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in/link",
  component: lazyRouteComponent(
    () => import("../pages/sign-in/SignInLinkPage.tsx"),
    "SignInLinkPage",
  ),
});

const invitation = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  component: lazyRouteComponent(
    () => import("../pages/invitation/InvitationPage.tsx"),
    "InvitationPage",
  ),
});

const shell = createRoute({ getParentRoute: () => rootRoute, id: "shell", component: Shell });

const marketplace = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: (search): { readonly search?: string } => {
    const wanted = textOf(search.search);
    return wanted === undefined ? {} : { search: wanted };
  },
  component: lazyRouteComponent(
    () => import("../pages/marketplace/MarketplacePage.tsx"),
    "MarketplacePage",
  ),
});

const app = createRoute({
  getParentRoute: () => shell,
  path: "/apps/$publisher/$name",
  component: lazyRouteComponent(() => import("../pages/app/AppPage.tsx"), "AppPage"),
});

const install = createRoute({
  getParentRoute: () => shell,
  path: "/apps/$publisher/$name/install",
  validateSearch: (search): { readonly run?: string } => {
    const run = textOf(search.run);
    return run === undefined ? {} : { run };
  },
  component: lazyRouteComponent(() => import("../pages/install/InstallPage.tsx"), "InstallPage"),
});

const installed = createRoute({
  getParentRoute: () => shell,
  path: "/installed",
  component: lazyRouteComponent(
    () => import("../pages/installed/InstalledPage.tsx"),
    "InstalledPage",
  ),
});

const installation = createRoute({
  getParentRoute: () => shell,
  path: "/installations/$installation",
  validateSearch: (search): { readonly part?: string; readonly run?: string } => {
    const part = textOf(search.part);
    const run = textOf(search.run);
    return { ...(part === undefined ? {} : { part }), ...(run === undefined ? {} : { run }) };
  },
  component: lazyRouteComponent(
    () => import("../pages/installation/InstallationPage.tsx"),
    "InstallationPage",
  ),
});

const run = createRoute({
  getParentRoute: () => shell,
  path: "/run",
  component: lazyRouteComponent(() => import("../pages/run/RunPage.tsx"), "RunPage"),
});

const runInstallation = createRoute({
  getParentRoute: () => shell,
  path: "/run/$installation",
  validateSearch: (search): { readonly view?: string } =>
    typeof search.view === "string" ? { view: search.view } : {},
  component: lazyRouteComponent(
    () => import("../pages/run/RunInstallationPage.tsx"),
    "RunInstallationPage",
  ),
});

/** What lies behind is the app's own: its view follows it, see use-run-routes.ts. */
const runRoute = createRoute({
  getParentRoute: () => shell,
  path: "/run/$installation/$",
  validateSearch: (search): { readonly view?: string } =>
    typeof search.view === "string" ? { view: search.view } : {},
  component: lazyRouteComponent(
    () => import("../pages/run/RunInstallationPage.tsx"),
    "RunInstallationPage",
  ),
});

const publisher = createRoute({
  getParentRoute: () => shell,
  path: "/publisher",
  validateSearch: (search): { readonly publisher?: string } => {
    const name = textOf(search.publisher);
    return name === undefined ? {} : { publisher: name };
  },
  component: lazyRouteComponent(
    () => import("../pages/publisher/PublisherPage.tsx"),
    "PublisherPage",
  ),
});

const members = createRoute({
  getParentRoute: () => shell,
  path: "/members",
  component: lazyRouteComponent(() => import("../pages/members/MembersPage.tsx"), "MembersPage"),
});

const roles = createRoute({
  getParentRoute: () => shell,
  path: "/roles",
  component: lazyRouteComponent(() => import("../pages/roles/RolesPage.tsx"), "RolesPage"),
});

const host = createRoute({
  getParentRoute: () => shell,
  path: "/host",
  component: lazyRouteComponent(() => import("../pages/host/HostPage.tsx"), "HostPage"),
});

const services = createRoute({
  getParentRoute: () => shell,
  path: "/service-principals",
  component: lazyRouteComponent(() => import("../pages/services/ServicesPage.tsx"), "ServicesPage"),
});

const permissions = createRoute({
  getParentRoute: () => shell,
  path: "/permissions",
  validateSearch: (search): { readonly installation?: string } => {
    const installation = textOf(search.installation);
    return installation === undefined ? {} : { installation };
  },
  component: lazyRouteComponent(
    () => import("../pages/permissions/PermissionsPage.tsx"),
    "PermissionsPage",
  ),
});

const policies = createRoute({
  getParentRoute: () => shell,
  path: "/policies",
  validateSearch: (search): { readonly whose?: "operator" } =>
    search.whose === "operator" ? { whose: "operator" } : {},
  component: lazyRouteComponent(() => import("../pages/policies/PoliciesPage.tsx"), "PoliciesPage"),
});

const posture = createRoute({
  getParentRoute: () => shell,
  path: "/posture",
  component: lazyRouteComponent(() => import("../pages/posture/PosturePage.tsx"), "PosturePage"),
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("../pages/audit/AuditPage.tsx"), "AuditPage"),
});

const signOn = createRoute({
  getParentRoute: () => shell,
  path: "/sign-on",
  component: lazyRouteComponent(() => import("../pages/sign-on/SignOnPage.tsx"), "SignOnPage"),
});

const gallery = createRoute({
  getParentRoute: () => shell,
  path: "/gallery",
  component: lazyRouteComponent(() => import("../pages/gallery/GalleryPage.tsx"), "GalleryPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("../pages/settings/SettingsPage.tsx"), "SettingsPage"),
});

const security = createRoute({
  getParentRoute: () => shell,
  path: "/security",
  component: lazyRouteComponent(() => import("../pages/security/SecurityPage.tsx"), "SecurityPage"),
});

/** Whatever else is below the shell: signed in, one gets lost with the menu at hand. */
const notFound = createRoute({
  getParentRoute: () => shell,
  path: "$",
  component: NotFoundPage,
});

const routeTree = rootRoute.addChildren([
  signIn,
  signInLink,
  invitation,
  shell.addChildren([
    marketplace,
    app,
    install,
    installed,
    installation,
    run,
    runInstallation,
    runRoute,
    publisher,
    members,
    roles,
    services,
    permissions,
    host,
    policies,
    posture,
    audit,
    signOn,
    gallery,
    settings,
    security,
    notFound,
  ]),
]);

export function createConsoleRouter() {
  return createRouter({
    routeTree,
    defaultPreload: "intent",
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
    defaultPendingMs: 300,
  });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: ConsoleRouter;
  }
}
