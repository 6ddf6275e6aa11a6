// Ends in good order, without ever calling defineView.
globalThis.finished = true;
