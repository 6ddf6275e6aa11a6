import { defineCommand } from "../command.ts";
import { connect, getSession } from "../connection/connect.ts";
import { plainLine } from "../terminal/plain-text.ts";

export const whoamiCommand = defineCommand({
  usage: "whoami",
  summary: "say which Berth is chosen, and who you are there",
  examples: ["berth whoami", "berth whoami --json"],
  async run(context) {
    const connection = await connect(context);
    const session = await getSession(connection, context);
    const { isOperator, organizations, person, publishers } = session;
    const places = organizations.map(({ role, slug }) => `${slug} (${role})`).join(", ");
    context.terminal.print(
      [
        `${person.name} <${person.email}> at ${connection.url}${isOperator ? ", operator" : ""}`,
        `organizations: ${places || "none"}`,
        `publishers: ${publishers.map(({ name }) => name).join(", ") || "none"}`,
      ]
        .map(plainLine)
        .join("\n"),
    );
    context.terminal.result({ url: connection.url, ...session });
    return undefined;
  },
});
