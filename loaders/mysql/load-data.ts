/** A column of the table into which rows go. */
interface Into {
  /** As a statement writes it. */
  readonly name: string;
  /** Its value, of SQL that gives its text. Absent: the text itself. */
  readonly from?: (text: string) => string;
}

/** The statement that takes rows of COPY text, in which `asLoaded` has written `\f` and `\v` as they are. */
export function loadInto(table: string, columns: readonly Into[]): string {
  const taken = columns.map(({ name, from }, i) => (from === undefined ? name : variable(i)));
  const set = columns.flatMap(({ name, from }, i) => (from === undefined ? [] : [`${name} = ${from(variable(i))}`]));
  return (
    `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${table} CHARACTER SET utf8mb4 ` +
    String.raw`FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' (${taken.join(', ')})` +
    (set.length === 0 ? '' : ` SET ${set.join(', ')}`)
  );
}

const variable = (i: number): string => `@openkite_${i}`;
