import type { LimitStep } from "@berth/browser";
import type { ChangeEntry, Excess } from "@berth/browser/inspect";
import type { AppState } from "@berth/protocol";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { useNewest } from "../parts/use-newest.tsx";

/** Its states, and its steps for its limits, the latest first, each with its reason. */
export function Changes({ changes }: { readonly changes: readonly ChangeEntry[] }): ReactNode {
  const { words, format } = useInspectorContext();
  const [shown, more] = useNewest(changes);
  return (
    <>
      <ol className="berth-inspector-changes" reversed>
        {shown.map((change) => (
          <li key={change.id}>
            <time>{format.time(change.at)}</time>
            <span className="berth-inspector-change">{words.changes[change.kind]}</span>
            <span>
              <ChangeWords change={change} />
              <span className="berth-inspector-why">
                {" "}
                {change.why}
                {change.excess === undefined ? null : <ExcessWords excess={change.excess} />}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {more}
    </>
  );
}

function ChangeWords({ change: { kind, from, to } }: { readonly change: ChangeEntry }): ReactNode {
  const { words } = useInspectorContext();
  if (kind === "leak") return words.grows;
  // The trace wrote them: states of the one kind, steps of the other.
  const say = (name: string) =>
    kind === "limit" ? words.steps[name as LimitStep] : words.states[name as AppState];
  return from === undefined ? say(to) : `${say(from)} → ${say(to)}`;
}

function ExcessWords({ excess }: { readonly excess: Excess }): ReactNode {
  const { words, format } = useInspectorContext();
  const show = words.units[excess.unit];
  const [value, allowed] = [excess.value, excess.allowed].map((each) => show(format.number(each)));
  return words.excess(words.readings[excess.limit], value ?? "", allowed ?? "");
}
