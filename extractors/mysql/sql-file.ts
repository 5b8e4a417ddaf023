import { sqlFilesBeside } from '../../src/db/sql-file.js';

/** The text of `sql/<name>.sql` beside this file. */
export const sqlFile = sqlFilesBeside(import.meta.url);
