/** A view as a publisher writes it with Preact; run for real by the runtime's own tests. */
import { BerthError } from "@berth/sdk/view";
import {
  Button,
  definePreactView,
  LineChart,
  Page,
  Table,
  Text,
  TextField,
  useView,
  useViewContext,
} from "@berth/sdk/view/preact";
import { h } from "preact";
import { useState } from "preact/hooks";

interface Task {
  readonly id: string;
  readonly title: string;
}

function Tasks() {
  const view = useView();
  const { theme } = useViewContext();
  const [tasks, setTasks] = useState<readonly Task[]>([]);
  const [title, setTitle] = useState("");
  const [pressed, setPressed] = useState("none");
  const add = () => {
    if (title === "") return;
    setTasks([...tasks, { id: `t${tasks.length}`, title }]);
    setTitle("");
  };
  return h(
    Page,
    { title: "Tasks", subtitle: `theme ${theme}, pressed ${pressed}` },
    h(TextField, { label: "Title", value: title, onChange: setTitle, onSubmit: add }),
    h(Button, { variant: "primary", isDisabled: title === "", onPress: add }, "Add"),
    h(Table, {
      label: "Tasks",
      columns: [{ key: "title", label: "Title" }],
      rows: tasks.map(({ id, title: text }) => ({ id, cells: { title: text } })),
      isRowPressable: true,
      onRowPress: setPressed,
    }),
    tasks.length > 1
      ? h(LineChart, {
          label: "Lengths",
          height: 120,
          categories: tasks.map((task) => task.id),
          series: [{ name: "length", values: tasks.map((task) => task.title.length) }],
        })
      : null,
    h(Text, { tone: "muted" }, `${tasks.length} tasks`),
    h(
      Button,
      {
        variant: "danger",
        onPress: () => {
          void view.navigate("/done");
          throw new BerthError("INTERNAL", "pressed on purpose");
        },
      },
      "Fail",
    ),
  );
}

definePreactView(Tasks);
