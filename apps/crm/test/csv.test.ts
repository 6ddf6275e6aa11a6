import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsv, unguard } from "../src/csv/format-csv.ts";
import { CsvError, parseCsv } from "../src/csv/parse-csv.ts";

const fieldsOf = (text: string) => parseCsv(text).map(({ fields }) => fields);

describe("parseCsv", () => {
  it.each([
    [
      "a,b\r\nc,d\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "a,b\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ['"a,b","c""d"', [["a,b", 'c"d']]],
    ['"two\r\nlines",x\r\n', [["two\r\nlines", "x"]]],
    [
      "a,,\n,b,",
      [
        ["a", "", ""],
        ["", "b", ""],
      ],
    ],
    ['""', []],
    ['"",""', [["", ""]]],
    ["\ufeffa\n\n\nb\n", [["a"], ["b"]]],
    ["", []],
  ])("reads %j", (text, expected) => {
    expect(fieldsOf(text)).toEqual(expected);
  });

  it("counts lines through quoted line ends", () => {
    expect(parseCsv('a\n"b\nc"\nd').map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it.each([
    ['a\n"b', 2],
    ['a"b', 1],
    ['"a"b', 1],
    ['x\n"a\nb"c', 3],
  ])("refuses %j and names its line", (text, line) => {
    expect(() => parseCsv(text)).toThrow(CsvError);
    expect(() => parseCsv(text)).toThrow(expect.objectContaining({ line }));
  });

  it("gives back what formatCsv wrote, formulas and quotes included", () => {
    const field = fc.string({
      unit: fc.constantFrom(..."=+-@',\"\r\n\tab é".split("")),
      maxLength: 8,
    });
    const row = fc.array(field, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const read = fieldsOf(formatCsv(rows)).map((fields) => fields.map(unguard));
        expect(read).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});

describe("formatCsv", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("lets no spreadsheet run %j", (text) => {
    expect(formatCsv([[text]])).toBe(`'${text}\r\n`);
  });

  it("leaves other text as it is", () => {
    expect(formatCsv([["O'Neil", "'quoted'", "a=b"]])).toBe("O'Neil,'quoted',a=b\r\n");
  });
});
