import type { SessionView } from "@berth/protocol/api";
import { AppShell, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { RunningAppsProvider } from "../../features/runtime/RunningAppsProvider.tsx";
import { SignedInContext } from "../../features/session/SignedInContext.ts";
import { RunWorkspace } from "../../pages/run/RunWorkspace.tsx";
import { Brand } from "./Brand.tsx";
import { Header } from "./Header.tsx";
import { MainNav } from "./MainNav.tsx";
import { Notices } from "./Notices.tsx";
import classes from "./SignedInShell.module.css";
import { useOrganizationChoice } from "./use-organization-choice.ts";

const headerPx = 48;

export function SignedInShell({ session }: { readonly session: SessionView }) {
  const { t } = useTranslation();
  const [isMenuOpen, menu] = useDisclosure(false);
  const { organization, switchOrganization } = useOrganizationChoice(session);
  const path = useLocation({ select: (location) => location.pathname });
  const isRunning = path === "/run" || path.startsWith("/run/");
  // Within a running app it is the app that says what has the focus.
  const main = useFocusOnNavigation(path.replace(/^(\/run\/[^/]+)\/.*/, "$1"));

  return (
    <SignedInContext value={{ session, organization, switchOrganization }}>
      {/* Another organization's running apps have no place here: the key ends them. */}
      <RunningAppsProvider key={organization?.slug ?? ""}>
        <a href="#main" className="berth-skip">
          {t("shell.skip")}
        </a>
        <AppShell
          header={{ height: headerPx }}
          navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: true } }}
        >
          <AppShell.Header className={classes.header}>
            <Header onOpenMenu={menu.open} isMenuOpen={isMenuOpen} />
          </AppShell.Header>
          <AppShell.Navbar className={classes.navbar}>
            <MainNav />
          </AppShell.Navbar>
          <Drawer
            opened={isMenuOpen}
            onClose={menu.close}
            size={264}
            title={<Brand />}
            closeButtonProps={{ "aria-label": t("shell.closeMenu") }}
          >
            <MainNav onNavigate={menu.close} />
          </Drawer>
          <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes.main}>
            <Notices />
            <RunWorkspace isShown={isRunning} />
            {!isRunning && <Outlet />}
            {isRunning && (
              <div hidden>
                <Outlet />
              </div>
            )}
          </AppShell.Main>
        </AppShell>
      </RunningAppsProvider>
    </SignedInContext>
  );
}

/** A new page begins at its beginning, for the keyboard and for those who hear it. */
function useFocusOnNavigation(path: string) {
  const main = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
