// Opens a dialog with a field in it, again and again, in the hope that somebody is typing.
import { defineView } from "@berth/sdk/view";

defineView({
  start(root) {
    const dialog = document.createElement("berth-modal");
    dialog.title = "Sign in again";
    dialog.isOpen = false;
    const field = document.createElement("berth-text-field");
    field.label = "Password";
    field.value = "";
    let turns = 0;
    const turn = document.createElement("berth-text");
    dialog.append(field);
    root.append(turn, dialog);
    setInterval(() => {
      turns += 1;
      turn.textContent = `turn ${turns}`;
      dialog.isOpen = turns % 4 !== 0;
    }, 60);
  },
});
