// Tables in Markdown, and their numbers.

/** Returns a table; the first columns are texts, the others are numbers. */
export function table(head, rows, texts = 1) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, place) => (place < texts ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** The cell of a figure that there is not. */
export const NOTHING = "–";

/** Returns a number with three digits or so. */
export const short = (number) => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toPrecision(2));

/** Returns the middle of numbers. */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
