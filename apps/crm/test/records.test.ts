import { describe, expect, it } from "vitest";
import {
  inOrder,
  maxImportRows,
  readContacts,
  writeContacts,
} from "../src/records/contacts-csv.ts";
import { InvalidInput } from "../src/records/fields.ts";
import { pipelineOf } from "../src/records/pipeline.ts";
import { matchesSearch } from "../src/records/search.ts";
import {
  type Deal,
  defaultSettings,
  parseCompany,
  parseContact,
  parseDeal,
  type Saved,
} from "../src/records/types.ts";

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ field }) => field);
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("validation", () => {
  it("trims, lowers the e-mail address and fills in what may be left out", () => {
    expect(parseContact({ name: "  Ana ", email: "Ana@Example.COM" })).toEqual({
      ...{ name: "Ana", email: "ana@example.com", phone: "", companyId: null, notes: "" },
    });
  });

  it("names every wrong field at once", () => {
    const input = { title: "", value: -1, stage: "Dream", closesOn: "2026-02-30", companyId: 7 };
    expect(problemsOf(() => parseDeal(input, defaultSettings))).toEqual([
      ...["title", "value", "stage", "companyId", "closesOn"],
    ]);
  });

  it.each([null, [], "x", 7])("refuses %j as a body", (input) => {
    expect(problemsOf(() => parseCompany(input))).toEqual([""]);
  });

  it.each(["x", "a@b", "a b@c.de", "a@b.", "=@x.y,z"])("refuses the e-mail address %j", (email) => {
    expect(problemsOf(() => parseContact({ name: "A", email }))).toEqual(["email"]);
  });

  it("takes no field from the prototype, and keeps none that it does not know", () => {
    expect(problemsOf(() => parseCompany(Object.create({ name: "A" })))).toEqual(["name"]);
    const company = parseCompany(JSON.parse('{"name":"A","__proto__":{"x":1},"ownerId":"me"}'));
    expect(Object.keys(company)).toEqual(["name", "website", "notes"]);
  });

  it("allows names as long as stated, and not one character more", () => {
    expect(parseCompany({ name: "a".repeat(120) }).name).toHaveLength(120);
    expect(problemsOf(() => parseCompany({ name: "a".repeat(121) }))).toEqual(["name"]);
  });
});

function deal(over: Partial<Deal>, id: string): Saved<Deal> {
  const fields = { title: id, value: 1, stage: "Lead", contactId: null, companyId: null };
  const stored = { id, ownerId: null, createdAt: "", updatedAt: "", version: "1" };
  return { ...fields, closesOn: null, ...stored, ...over };
}

describe("pipelineOf", () => {
  it("shows every stage in order, the most valuable deal first", () => {
    const deals = [deal({ value: 2 }, "a"), deal({ value: 5 }, "b"), deal({ stage: "Won" }, "c")];
    const stages = pipelineOf(deals, defaultSettings);
    expect(stages.map(({ name }) => name)).toEqual(defaultSettings.stages);
    expect(stages[0]).toMatchObject({ count: 2, value: 7, deals: [{ id: "b" }, { id: "a" }] });
  });

  it("loses no deal whose stage was renamed", () => {
    const stages = pipelineOf([deal({ stage: "Old" }, "a")], { ...defaultSettings });
    expect(stages.at(-1)).toMatchObject({ name: "Old", count: 1 });
  });
});

describe("search", () => {
  it("wants each word in some field, without case and accents", () => {
    expect(matchesSearch(["José Álvares", "jose@acme.example"], "ALVARES acme")).toBe(true);
    expect(matchesSearch(["José Álvares"], "alvares acme")).toBe(false);
    expect(matchesSearch(["anything"], "")).toBe(true);
  });
});

describe("contacts as CSV", () => {
  const text =
    "Email,Name,Company\r\nana@x.org,Ana,Acme\r\nbad,Bob,\r\nana@x.org,Ann,\r\n,=Cy,Acme\r\n";

  it("reads columns in any order and leaves out lines that are wrong", () => {
    const { problems, rows } = readContacts(text);
    expect(rows.map(({ companyName, contact, line }) => [line, contact.name, companyName])).toEqual(
      [
        [2, "Ana", "Acme"],
        [5, "=Cy", "Acme"],
      ],
    );
    expect(problems.map(({ line }) => line)).toEqual([3, 4]);
    expect(problems[1]?.message).toBe("Line 4: email is the same as in line 2.");
  });

  it.each([
    ["", /empty/],
    ["name,shoe size\n", /"shoe size" is not known/],
    ["email\n", /no column name/],
    ["name,name\n", /twice/],
    ['name\n"Ana', /not closed/],
    [`name\n${"a\n".repeat(maxImportRows + 1)}`, /at most 5000/],
  ])("says what is wrong with a file as a whole", (file, message) => {
    const { problems, rows } = readContacts(file);
    expect(rows).toEqual([]);
    expect(problems).toEqual([
      { line: expect.any(Number), message: expect.stringMatching(message) },
    ]);
  });

  it("reads back what it wrote", () => {
    const contacts = readContacts(text).rows.map(({ contact }, index) => ({
      ...contact,
      id: String(index),
      companyId: "c",
    }));
    const csv = writeContacts(inOrder(contacts), new Map([["c", { name: "Acme, Inc." }]]));
    expect(csv).toContain(`'=Cy,,,"Acme, Inc.",`);
    const again = readContacts(csv);
    expect(again.problems).toEqual([]);
    expect(again.rows.map(({ contact }) => contact.name)).toEqual(["=Cy", "Ana"]);
    expect(again.rows[0]?.companyName).toBe("Acme, Inc.");
  });
});
