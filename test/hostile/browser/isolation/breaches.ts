/**
 * What a view may send that it may not: each is a script for `views/steal-ports.js`, which speaks
 * to the host's port without the SDK, and how the view ends for it.
 */

export interface Breach {
  readonly what: string;
  /** Has `send(text)` and `call(method, ...args)`. */
  readonly body: string;
  readonly code: "VIEW_MESSAGE_REFUSED" | "VIEW_LIMIT_EXCEEDED";
}

const draw = (node: string) =>
  `call("mutate", [[[[0, "~", { id: "1", type: 1, properties: {}, children: [[]], ...(${node}) }, 0]]]]);`;
const drawButton = (properties: string) =>
  draw(`{ element: "berth-button", properties: ${properties} }`);

const refused = (what: string, body: string): Breach => ({
  what,
  body,
  code: "VIEW_MESSAGE_REFUSED",
});
const exceeded = (what: string, body: string): Breach => ({
  what,
  body,
  code: "VIEW_LIMIT_EXCEEDED",
});

const floods: readonly Breach[] = [
  exceeded("floods its port", "for (let i = 0; i < 20000; i++) send('[\"resolve\",9999,null]');"),
  exceeded("sends an oversized frame", 'call("saveViewState", "x".repeat(1_048_576));'),
  exceeded(
    "never releases its results",
    'for (let i = 0; i < 300; i++) call("log", { level: "info", message: "x" });',
  ),
];

const forged: readonly Breach[] = [
  refused("sends what is not text", "send({ berth: 'boot' });"),
  refused("sends garbage", 'send("][");'),
  refused("calls a method that is not there", 'call("constructor", "return 1");'),
  refused("calls a method of every object", 'call("toString", null);'),
  refused(
    "reaches through a method",
    'send(\'["push",["pipeline",0,["log","constructor"],[{}]]]\');',
  ),
  refused("forges a call of the host's own", 'send(\'["push",["pipeline",1,["start"],[{}]]]\');'),
  refused("passes a stub", 'call("saveViewState", ["export", -1]);'),
  refused("maps over results", 'send(\'["push",["remap",0,[],[],[]]]\');'),
  refused(
    "draws a node of no kind",
    'call("mutate", [[[[0, "~", { id: "1", type: 9, data: "x" }, 0]]]]);',
  ),
];

const outOfTurn: readonly Breach[] = [
  refused(
    "replays a batch of mutations",
    'for (let times = 0; times < 2; times++) call("mutate", [[[[0, "~", { id: "1", type: 3, data: "x" }, 0]]]]);',
  ),
  refused(
    "replays a release",
    'call("log", { level: "info", message: "x" }); send(\'["release",1,1]\'); send(\'["release",1,1]\');',
  ),
  refused("releases what it never held", "send('[\"release\",999,1]');"),
  refused("asks for an answer before its call", "send('[\"pull\",55]');"),
  refused(
    "changes a node before it is drawn",
    'call("mutate", [[[[2, "9", "x"]], [[0, "~", { id: "9", type: 3, data: "x" }, 0]]]]);',
  ),
  refused(
    "changes a node that is not there",
    'call("mutate", [[[[3, "77", "tone", "info", 1]]]]);',
  ),
];

const polluting: readonly Breach[] = [
  refused(
    "sends a key that pollutes",
    'send(\'["push",["pipeline",0,["saveViewState"],[{"__proto__":{"polluted":true}}]]]\');',
  ),
  refused(
    "sends such a key deep in what it keeps",
    'send(\'["push",["pipeline",0,["saveViewState"],[{"a":[[{"b":{"constructor":{"prototype":{"polluted":true}}}}]]}]]]\');',
  ),
  refused(
    "sends such a key as a property",
    'send(\'["push",["pipeline",0,["mutate"],[[[[[0,"~",{"id":"1","type":1,"element":"berth-stack","properties":{"__proto__":{"polluted":true}},"children":[[]]},0]]]]]]]\');',
  ),
  refused("draws an element of that name", draw('{ element: "__proto__" }')),
];

const forbidden: readonly Breach[] = [
  ...["script", "iframe", "berth-script", "berth-constructor"].map((element) =>
    refused(`draws the element ${element}`, draw(`{ element: "${element}" }`)),
  ),
  refused(
    "forges the property dangerouslySetInnerHTML",
    draw(
      '{ element: "berth-stack", properties: { dangerouslySetInnerHTML: { __html: "<img src=x>" } } }',
    ),
  ),
  ...[
    "style",
    "className",
    "id",
    "onclick",
    "onPress",
    "href",
    "src",
    "ref",
    "key",
    "autoFocus",
  ].map((name) =>
    refused(`forges the property ${name}`, drawButton(`{ ${name}: "javascript:alert(1)" }`)),
  ),
  refused(
    "forges it later",
    `${drawButton("{}")} call("mutate", [[[[3, "1", "style", "x", 1]]]]);`,
  ),
  ...[
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "https://outside.example/pixel.png",
    "blob:null/1",
  ].map((source) =>
    refused(
      `shows the picture ${source.slice(0, 24)}`,
      draw(
        `{ element: "berth-image", properties: { label: "x", source: ${JSON.stringify(source)} } }`,
      ),
    ),
  ),
  refused(
    "listens to an event that is none",
    draw('{ element: "berth-button", eventListeners: { error: true } }'),
  ),
];

export const breaches: readonly Breach[] = [
  ...floods,
  ...forged,
  ...outOfTurn,
  ...polluting,
  ...forbidden,
];
