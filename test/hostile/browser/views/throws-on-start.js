import { defineView } from "@berth/sdk/view";

defineView({
  start() {
    throw new RangeError("cannot start");
  },
});
