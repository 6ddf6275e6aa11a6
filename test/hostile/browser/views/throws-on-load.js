// Fails before it has said anything of itself.
throw new TypeError("no such feature");
