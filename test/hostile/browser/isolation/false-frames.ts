/** Documents that are not our bootstrap: in the place of a view's frame, and beside it. */

/** What a frame's document does once it has said hello as ours does. */
export const falseFrames = [
  { what: "navigates away", script: 'setTimeout(() => { location.href = "/elsewhere"; }, 50)' },
  { what: "says hello twice", script: 'parent.postMessage({ berth: "hello" }, "*")' },
  { what: "sends something else", script: 'parent.postMessage({ berth: "boot" }, "*")' },
  {
    what: "sends ports",
    script: 'parent.postMessage({ berth: "boot" }, "*", [new MessageChannel().port1])',
  },
] as const;

/** Another origin's document in the page: tries every other frame, and tells the page. */
export const intruder = `<script>
  const outcomes = [];
  const attempt = (name, go) => {
    try { go(); outcomes.push(name + ": done"); } catch (error) { outcomes.push(name + ": " + error.name); }
  };
  for (let index = 0; index < parent.frames.length; index++) {
    const other = parent.frames[index];
    if (other === window) continue;
    attempt("document", () => other.document.title);
    attempt("location", () => { other.location = "about:blank"; });
    const ports = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
    attempt("boot", () => {
      other.postMessage({ berth: "boot" }, "*", ports.map(({ port2 }) => port2));
      ports[0].port1.postMessage({ workerSource: "for(;;);", blockedAPIs: [], heartbeatIntervalMs: 1 });
    });
  }
  parent.postMessage({ berth: "hello" }, "*");
  parent.postMessage({ intruder: outcomes }, "*");
</script>`;
