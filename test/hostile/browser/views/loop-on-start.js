import { defineView } from "@berth/sdk/view";

defineView({
  start() {
    for (;;);
  },
});
