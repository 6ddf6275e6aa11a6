/**
 * Keeps an app's own document free of frames, from before anything of the app runs.
 *
 * A `srcdoc` frame would be a realm that our first script never ran in, with WebRTC, which no policy
 * of a document stops; `frame-src 'none'` does not hold it, since nothing is fetched. Each frame is
 * taken out in the microtask after it was put in, which is before a document loads in it; until then
 * it holds an empty one of another opaque origin, which the app cannot reach into.
 *
 * Trust: the app shares this realm, and may change any prototype later. What is used after it has
 * begun is held in constants, and lists are read by index, which cannot be intercepted.
 * Invariant: no tree of the document is unobserved. A closed shadow root that markup makes would be:
 * the host refuses such a page (`htmlInnerDocument`), and what could parse such markup later is taken away.
 */
export function keepFrameless(): void {
  const { apply } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames } = Object;
  const { attachShadow, matches, querySelectorAll, remove } = Element.prototype;
  const { observe } = MutationObserver.prototype;
  const { open } = XMLHttpRequest.prototype;
  const addedNodes = getOwnPropertyDescriptor(MutationRecord.prototype, "addedNodes")?.get;
  const nodeType = getOwnPropertyDescriptor(Node.prototype, "nodeType")?.get;
  if (addedNodes === undefined || nodeType === undefined) throw new TypeError("No DOM is here.");
  const frames = "iframe,frame,object,embed";
  const whole = { childList: true, subtree: true };

  const clear = (node: Node) => {
    if (apply(nodeType, node, []) !== elementType) return;
    if (apply(matches, node, [frames])) return apply(remove, node, []);
    const inside: ArrayLike<Element> = apply(querySelectorAll, node, [frames]);
    for (let at = 0, frame = inside[at]; frame !== undefined; at += 1, frame = inside[at])
      apply(remove, frame, []);
  };
  const observer = new MutationObserver((records) => {
    for (let at = 0, record = records[at]; record !== undefined; at += 1, record = records[at]) {
      const added: ArrayLike<Node> = apply(addedNodes, record, []);
      for (let next = 0, node = added[next]; node !== undefined; next += 1, node = added[next])
        clear(node);
    }
  });
  observer.observe(document, whole);

  const replace = (owner: object, name: string, value: unknown) =>
    defineProperty(owner, name, { value, writable: false, configurable: false });

  replace(Element.prototype, "attachShadow", function (this: Element, init: ShadowRootInit) {
    // Without `clonable`: a copy would not be observed.
    const { mode, delegatesFocus, serializable, slotAssignment } = init;
    const root: ShadowRoot = apply(attachShadow, this, [
      { mode, delegatesFocus, serializable, slotAssignment },
    ]);
    apply(observe, observer, [root, whole]);
    return root;
  });
  // While a synchronous request waits, frames load and no microtask runs.
  replace(XMLHttpRequest.prototype, "open", function (this: XMLHttpRequest, ...given: unknown[]) {
    if (given.length > 2 && !given[2]) {
      throw new DOMException("Synchronous requests are not for apps.", "InvalidAccessError");
    }
    return apply(open, this, given);
  });
  for (const owner of [Document, Document.prototype, Element.prototype, ShadowRoot.prototype]) {
    for (const name of getOwnPropertyNames(owner))
      if (/HTMLUnsafe$/.test(name)) replace(owner, name, undefined);
  }
  for (const name of ["open", "write", "writeln"]) replace(Document.prototype, name, undefined);
}

const elementType = 1;
