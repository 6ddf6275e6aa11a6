/** The same orders as a remote of Module Federation: the host's React, the host's components. */
import { Button, Grid, Page, Stat, Table } from "@berth/react/catalog";
import { useState } from "react";
import { columns, rows, stats } from "./orders-data.ts";

export function Orders() {
  const [count, setCount] = useState(0);
  return (
    <Page title="Orders">
      <Grid columns={3}>
        {stats.map((stat) => (
          <Stat key={stat.label} {...stat} />
        ))}
      </Grid>
      <Button onPress={() => setCount(count + 1)}>{`Pressed ${count}`}</Button>
      <Table label="Orders" columns={[...columns]} rows={rows} />
    </Page>
  );
}
