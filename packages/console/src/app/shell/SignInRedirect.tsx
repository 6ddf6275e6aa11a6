import { Navigate, useLocation } from "@tanstack/react-router";
import { useState } from "react";

/** To the sign-in page, and back to where someone wanted to go. */
export function SignInRedirect() {
  const href = useLocation({ select: (location) => location.href });
  // Held from the beginning: this still stands while the sign-in page loads, whose own address
  // must not become the place to return to.
  const [wanted] = useState(href);
  return <Navigate to="/sign-in" search={wanted === "/" ? {} : { next: wanted }} replace />;
}
