import type { Column, Default, PlainDefault } from '../../../src/model/schema.js';
import type { ValueType } from '../../../src/model/type.js';
import { objectId, partId } from './names.js';
import { parseColumn, type ColumnText } from './parse-column.js';
import type { ColumnRow } from './raw.js';
import { leadingName, unquoted } from './text.js';
import { valueType, type TypeFacts } from './value-type.js';

/** What a column's own row does not say. */
export interface ColumnContext {
  /** Of SHOW CREATE TABLE: what follows the column's name. */
  readonly text: string;
  /** The table's. */
  readonly collation: string | null;
  readonly srid: number | undefined;
  readonly mariadb: boolean;
}

export interface ReadColumn {
  readonly column: Column;
  /** A condition that is written behind the column itself. */
  readonly check?: string;
  readonly notMoved: readonly string[];
}

/** A text that holds nothing but JSON, which is what MariaDB makes of the type of that name. */
const JSON_CHECK = /^json_valid\(`(?:[^`]|``)*`\)$/i;
/** Of bytes that are no UTF-8, as they came through a text. */
const LOST = '\ufffd';

export function readColumn(row: ColumnRow, context: ColumnContext): ReadColumn {
  const { TABLE_SCHEMA: schema, TABLE_NAME: table, COLUMN_NAME: name } = row;
  const said = parseColumn(context.text.slice(row.COLUMN_TYPE.length));
  const json = said.check !== undefined && JSON_CHECK.test(said.check);
  const value = valueType(factsOf(row, context, json));
  const lost = said.default?.includes(LOST) && value.kind === 'bytes';
  const options = json ? [...said.options, `CHECK (${said.check})`] : said.options;
  const column: Column = {
    name,
    type: typeOf(row, context),
    value,
    numbered: false,
    nullable: row.IS_NULLABLE === 'YES',
    ...(row.IS_NULLABLE === 'YES' ? {} : { notNull: 'NOT NULL' }),
    ...(said.default === undefined || lost ? {} : { default: defaultOf(row, said.default, value) }),
    ...(said.generated ? { generated: said.generated } : {}),
    ...(said.counts ? { counts: true } : {}),
    ...(said.onUpdateNow ? { onUpdateNow: true } : {}),
    ...(row.COLUMN_COMMENT === '' ? {} : { comment: row.COLUMN_COMMENT }),
    options,
    local: true,
  };
  return {
    column,
    ...(said.check === undefined || json ? {} : { check: said.check }),
    notMoved: [
      ...(lost ? [`the default of ${schema}.${table}.${name}: its bytes are no text`] : []),
      ...history(row, said),
    ],
  };
}

const history = (
  { TABLE_SCHEMA: schema, TABLE_NAME: table, COLUMN_NAME: name }: ColumnRow,
  said: ColumnText,
): string[] =>
  said.rowTime ? [`that ${schema}.${table}.${name} is kept by system versioning: it becomes a plain column`] : [];

function factsOf(row: ColumnRow, { srid }: ColumnContext, checkedJson: boolean): TypeFacts {
  return {
    dataType: row.DATA_TYPE.toLowerCase(),
    columnType: row.COLUMN_TYPE,
    length: Number(row.CHARACTER_MAXIMUM_LENGTH ?? 0),
    precision: Number(row.NUMERIC_PRECISION ?? 0),
    scale: Number(row.NUMERIC_SCALE ?? 0),
    digits: Number(row.DATETIME_PRECISION ?? 0),
    collation: row.COLLATION_NAME,
    srid,
    checkedJson,
  };
}

/** What stands between a column's name and what else is said of it. */
function typeOf(row: ColumnRow, { collation, srid, mariadb }: ColumnContext): string {
  const { COLUMN_TYPE: type, CHARACTER_SET_NAME: charset, COLLATION_NAME: own } = row;
  if (own !== null && own !== collation) return `${type} CHARACTER SET ${charset} COLLATE ${own}`;
  if (srid !== undefined) return `${type} ${mariadb ? `REF_SYSTEM_ID=${srid}` : `SRID ${srid}`}`;
  return type;
}

function defaultOf(row: ColumnRow, definition: string, value: ValueType): Default {
  const { TABLE_SCHEMA: schema, TABLE_NAME: table, COLUMN_NAME: name } = row;
  const plain = plainDefault(definition, value);
  return {
    id: partId('default of', name, schema, table),
    definition,
    needs: sequencesIn(definition, schema),
    ...(plain === undefined ? {} : { plain }),
  };
}

/** nextval(`shop`.`ids`): the sequence must be there. */
function sequencesIn(definition: string, schema: string): string[] {
  const calls = [...definition.matchAll(/\b(?:next|last)val\((.*?)\)/gi)].map(([, name = '']) => name);
  return calls.flatMap((call) => {
    const first = leadingName(call);
    const second = leadingName(first?.rest.replace(/^\./, '') ?? '');
    return first ? [objectId('sequence', second ? first.name : schema, (second ?? first).name)] : [];
  });
}

const NOW = /^current_timestamp(?:\((\d?)\))?$/i;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function plainDefault(definition: string, value: ValueType): PlainDefault | undefined {
  const now = NOW.exec(definition);
  if (now) return { now: Number(now[1] || 0) };
  const bits = /^b'([01]*)'$/.exec(definition)?.[1];
  if (bits !== undefined) return value.kind === 'bits' ? { value: bits.padStart(value.length ?? 0, '0') } : undefined;
  const text = unquoted(definition) ?? (NUMBER.test(definition) ? definition : undefined);
  return text === undefined ? undefined : canonical(text, value);
}

/** Where a default as the server prints it is the canonical text, or nearly. */
function canonical(text: string, value: ValueType): PlainDefault | undefined {
  if (value.kind === 'integer') return { value: text.replace(/^(-?)0+(?=\d)/, '$1') };
  if (value.kind === 'timestamptz') return { value: text.startsWith('0000') ? text : `${text}+00` };
  if (value.kind === 'year') return { value: text.padStart(4, '0') };
  return value.kind === 'bytes' || value.kind === 'bits' || value.kind === 'geometry' ? undefined : { value: text };
}
