/** @jsxImportSource preact */
/** The orders as a publisher's strict view. */
import { Button, definePreactView, Grid, Page, Stat, Table } from "@berth/sdk/view/preact";
import { useState } from "preact/hooks";
import { columns, rows, stats } from "./orders-data.ts";

definePreactView(function Orders() {
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
});
