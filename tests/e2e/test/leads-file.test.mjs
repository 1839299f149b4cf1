import assert from "node:assert/strict";
import { test } from "node:test";
import { HEADER, makeFile, ROWS } from "../leads/file.mjs";
import { rowsOf } from "../lib/csv.mjs";

test("rows of a text with quotation marks, line ends in cells and a mark at its start", () => {
  assert.deepEqual(rowsOf('\ufeffa,b\r\n"x ""y"" z",2\r\n1,"two\nlines"\r\n'), [["a", "b"], ['x "y" z', "2"], ["1", "two\nlines"]]);
});

test("the same seed makes the same file, with as many rows and faults as it says", () => {
  const [file, again, other] = [makeFile(7), makeFile(7), makeFile(8)];
  assert.ok(file.bytes.equals(again.bytes) && !file.bytes.equals(other.bytes));
  const lines = file.bytes.toString("latin1").split("\n").filter(Boolean);
  assert.equal(lines.length, ROWS + 1);
  assert.equal(Object.values(file.counts).reduce((sum, each) => sum + each, 0), ROWS);
  // Doubtful rows are taken in; all others that are told of are not.
  assert.equal(file.problems.length - file.doubtful, ROWS - file.counts.new);
  const shortened = file.problems.find(({ reason }) => reason === "number_shortened");
  assert.equal(lines[shortened.row - 1].split(";")[HEADER.indexOf("Mobile")], "9.8E+09");
});
