export const permissions = {
  permissions: {
    optional: "Optional",
    required: "Required",
    sweeping: "Everything",
    reason: "The app says: “{{reason}}”",
    grant: "{{what}} ({{resource}})",
    unknown: "Something that this console has no words for",
    scope: {
      everything: "– all of it",
      below: "and all below it",
      subdomains: "– every subdomain",
      pattern: "– whatever fits the pattern",
    },
    api: {
      read: "Read through the app’s own function",
      write: "Make changes through the app’s own function",
      readWrite: "Read and make changes through the app’s own function",
    },
    data: {
      read: "Read data",
      write: "Change data",
      readWrite: "Read and change data",
    },
    ui: {
      show: "Appear in the product",
      actAsMember:
        "This app acts as you: it runs in the page itself, without a sandbox, and can do there whatever you can",
    },
    network: { connect: "Exchange data with another service" },
    tool: { execute: "Use a tool" },
    companion: {
      message: "Send messages to an AI companion",
      subscribe: "Follow what an AI companion says",
      messageSubscribe: "Talk with an AI companion",
    },
    document: {
      read: "Read documents",
      write: "Change documents",
      readWrite: "Read and change documents",
    },
    event: {
      publish: "Announce events",
      subscribe: "Hear of events",
      publishSubscribe: "Announce and hear of events",
    },
  },
};
