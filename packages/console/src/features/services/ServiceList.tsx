import type { ServiceView } from "@berth/protocol/api";
import classes from "../../ui/Rows.module.css";
import { ServiceRow } from "./ServiceRow.tsx";
import type { ServiceOwner } from "./service-calls.ts";

export interface ServiceListProps {
  readonly owner: ServiceOwner;
  readonly services: readonly ServiceView[];
}

export function ServiceList({ owner, services }: ServiceListProps) {
  return (
    <ul className={classes.root}>
      {services.map((service) => (
        <ServiceRow key={service.id} owner={owner} service={service} />
      ))}
    </ul>
  );
}
