import { resolve } from "node:path";
import { BerthError, isSlug } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import { isTemplateName, templateNames, writeTemplate } from "../scaffold/template.ts";

interface NewOptions {
  readonly template: string;
  readonly publisher?: string;
}

export const newCommand = defineCommand<NewOptions>({
  usage: "new <name>",
  summary: "make a folder with a small app that works",
  examples: ["berth new my-app", "berth new my-app --template server --publisher acme-tools"],
  options: [
    {
      flags: "--template <name>",
      description: `${templateNames.join(", ")}: what the app has`,
      default: "full",
    },
    { flags: "--publisher <name>", description: "written into berth.json" },
  ],
  async run({ cwd, terminal }, [name = ""], { publisher, template }) {
    for (const [option, value] of Object.entries({ name, publisher })) {
      if (value !== undefined && !isSlug(value)) {
        throw new BerthError(
          "OPTION_INVALID",
          `The ${option} is ${JSON.stringify(value.slice(0, 80))}; expected lower-case letters, digits and dashes, such as my-app.`,
          { details: { option } },
        );
      }
    }
    if (!isTemplateName(template)) {
      throw new BerthError(
        "OPTION_INVALID",
        `--template is ${JSON.stringify(template)}; expected one of ${templateNames.join(", ")}.`,
        { details: { option: "template" } },
      );
    }
    const folder = resolve(cwd, name);
    const files = await writeTemplate({ template, folder, name, publisher });
    terminal.print(`Made ${folder}:\n${files.map((file) => `  ${file}`).join("\n")}`);
    const steps = [
      ...(files.includes("package.json") ? ["npm install"] : []),
      ...(template === "server" || template === "page" ? [] : ["berth dev"]),
      "berth check",
    ];
    terminal.print(`\nNext:\n  ${[`cd ${name}`, ...steps, "berth publish"].join("\n  ")}`);
    terminal.result({ folder, template, files });
    return undefined;
  },
});
