import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

type AnchorLike = AnchorProps & Omit<ComponentPropsWithRef<"a">, keyof AnchorProps>;
type ButtonLike = ButtonProps & Omit<ComponentPropsWithRef<"a">, keyof ButtonProps>;

/** A link inside the console. */
export const RouterAnchor = createLink((props: AnchorLike) => <Anchor {...props} />);

/** A link inside the console that looks like a button. */
export const RouterButton = createLink((props: ButtonLike) => <Button component="a" {...props} />);
