import type { EndpointFigures } from "@berth/browser";
import type { AppInspection, CallEntry } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { LiveTable } from "../parts/LiveTable.tsx";
import { useNewest } from "../parts/use-newest.tsx";

/** How each endpoint answers, and the latest calls one by one. */
export function CallsPane({ app }: { readonly app: AppInspection }): ReactNode {
  const { words } = useInspectorContext();
  const [shown, more] = useNewest(app.calls);
  return (
    <div className="berth-inspector-overview">
      <section>
        <h3>{words.recentCalls}</h3>
        {shown.length === 0 ? (
          <p className="berth-inspector-empty">{words.noCalls}</p>
        ) : (
          <LiveTable
            label={words.recentCalls}
            columns={[
              { title: words.time, isWideOnly: true },
              { title: words.call, isFlexible: true },
              { title: words.status },
              { title: words.took, align: "end" },
            ]}
          >
            {shown.map((call) => (
              <CallRow key={call.id} call={call} />
            ))}
          </LiveTable>
        )}
        {more}
      </section>
      {app.endpoints.length === 0 ? null : (
        <section>
          <h3>{words.endpoints}</h3>
          <Endpoints endpoints={app.endpoints} />
        </section>
      )}
    </div>
  );
}

function CallRow({ call }: { readonly call: CallEntry }): ReactNode {
  const { words, format } = useInspectorContext();
  const { state, status, servedBy, error } = call;
  const said = { pending: words.pending, done: words.done, failed: words.callFailed }[state];
  const tone = { pending: "info", done: "success", failed: "danger" }[state];
  return (
    <tr>
      <td data-wide>
        <time>{format.time(call.at)}</time>
      </td>
      <td data-flexible>
        <code className="berth-inspector-name">{call.name}</code>
        {error === undefined ? null : (
          <span className="berth-inspector-why">
            <code>{error.code}</code> {error.message}
          </span>
        )}
      </td>
      <td>
        <span className="berth-inspector-badge" data-tone={tone}>
          {status ?? said}
        </span>
        {servedBy === undefined || servedBy === "network" ? null : (
          <span className="berth-inspector-badge" data-tone="info">
            {words.served[servedBy]}
          </span>
        )}
      </td>
      <td data-align="end">{format.duration(call.durationMs)}</td>
    </tr>
  );
}

function Endpoints({ endpoints }: { readonly endpoints: readonly EndpointFigures[] }): ReactNode {
  const { words, format } = useInspectorContext();
  return (
    <LiveTable
      label={words.endpoints}
      columns={[
        { title: words.endpoint, isFlexible: true },
        { title: words.count, align: "end" },
        { title: words.success, align: "end" },
        { title: "p50", align: "end", isWideOnly: true },
        { title: "p95", align: "end" },
        { title: words.cached, align: "end", isWideOnly: true },
      ]}
    >
      {endpoints.map((each) => (
        <tr key={each.endpoint}>
          <th scope="row" data-flexible>
            <code className="berth-inspector-name">{each.endpoint}</code>
          </th>
          <td data-align="end">{format.number(each.count)}</td>
          <td data-align="end">{format.share(each.successRate)}</td>
          <td data-align="end" data-wide>
            {format.duration(each.p50Ms)}
          </td>
          <td data-align="end">{format.duration(each.p95Ms)}</td>
          <td data-align="end" data-wide>
            {format.number(each.cachedCount)}
          </td>
        </tr>
      ))}
    </LiveTable>
  );
}
