import { Fault } from '../../src/base/fault.js';
import type { Step } from '../../src/model/step.js';

/** Words of definitions that older servers do not know, and the first version that does. */
const NEWS: readonly { since: number; what: string; words: RegExp }[] = [
  { since: 11, what: 'procedures', words: /^CREATE OR REPLACE PROCEDURE/ },
  { since: 11, what: 'INCLUDE columns', words: /^(CREATE (UNIQUE )?INDEX|ALTER TABLE).*\) INCLUDE \(/ },
  { since: 11, what: 'indexes of partitioned tables', words: /^CREATE (UNIQUE )?INDEX \S+ ON ONLY/ },
  { since: 11, what: 'hash and default partitions', words: / PARTITION BY HASH |ATTACH PARTITION .* DEFAULT$/ },
  { since: 12, what: 'generated columns', words: /^CREATE TABLE .*\) STORED/s },
  { since: 12, what: 'collations that are not deterministic', words: /^CREATE COLLATION .*DETERMINISTIC = false/ },
  {
    since: 14,
    what: 'function bodies in standard SQL',
    words: /^CREATE OR REPLACE (FUNCTION|PROCEDURE).*\n(BEGIN ATOMIC|RETURN )/s,
  },
  { since: 14, what: 'multirange type names', words: /^CREATE TYPE .*MULTIRANGE_TYPE_NAME/ },
  { since: 15, what: 'NULLS NOT DISTINCT', words: /^(CREATE UNIQUE INDEX|ALTER TABLE).* NULLS NOT DISTINCT/ },
  { since: 15, what: 'SET NULL of some columns', words: /^ALTER TABLE .* ON DELETE SET (NULL|DEFAULT) \(/ },
  { since: 15, what: 'unlogged sequences', words: /^CREATE UNLOGGED SEQUENCE/ },
  { since: 15, what: 'security_invoker views', words: /^CREATE VIEW .* WITH \([^)]*security_invoker/ },
  { since: 18, what: 'virtual generated columns', words: /^CREATE TABLE .*\) VIRTUAL/s },
  { since: 18, what: 'constraints NOT ENFORCED', words: /^ALTER TABLE .* NOT ENFORCED$/ },
  { since: 18, what: 'keys WITHOUT OVERLAPS', words: /^ALTER TABLE .* WITHOUT OVERLAPS\)/ },
];

/** Better now than as a syntax error when the rows are in. */
export function refuseTooNew(steps: readonly Step[], major: number): void {
  const unknown = NEWS.filter(({ since }) => major < since);
  const found = steps.flatMap((step) =>
    unknown
      .filter(({ words }) => step.statements.some((statement) => words.test(statement)))
      .map(({ since, what }) => `${step.id} has ${what} (since ${since})`),
  );
  if (found.length === 0) return;
  throw new Fault('operator', `the target, version ${major}, cannot hold this schema: ${found.join('; ')}`, {
    safe: 'nothing was written',
    hint: 'move to a newer version, or leave these tables out',
  });
}
