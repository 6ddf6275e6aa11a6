import { useContext, useState } from "react";

const page = document.documentElement;
page.dataset.ran = `${page.dataset.ran ?? ""} orders`;

/** Drawn by the page's own React, or by none. */
export default function Orders({ context }) {
  const [count, setCount] = useState(0);
  if (page.dataset.broken === "yes" || count > 1) throw new Error("it cannot be drawn");
  const isOfPage = document.pageReact?.useContext === useContext;
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {`${context.context.app.name} ${count} ${isOfPage ? "by the page" : "by itself"}`}
    </button>
  );
}
