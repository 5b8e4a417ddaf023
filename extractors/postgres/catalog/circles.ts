import type { SchemaObject, Table } from '../../../src/model/schema.js';

interface Node {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * Views and functions may need each other in a circle. There, a view is made twice: first its columns alone, under its
 * own id, then, as `definition of …`, its query. A circle without a view is left out, and said so.
 */
export function openCircles(
  tables: readonly Table[],
  objects: readonly SchemaObject[],
): { objects: SchemaObject[]; notMoved: string[] } {
  const caught = stuck([...tables.flatMap(nodesOf), ...objects]);
  const opened = objects.flatMap((object) => (caught.has(object.id) ? split(object, caught) : [object]));
  const still = stuck([...tables.flatMap(nodesOf), ...opened]);
  return {
    objects: opened.filter((object) => !still.has(object.id)),
    notMoved: [...still].map((id) => `${id}: it is in, or needs, a circle of objects that need each other`),
  };
}

const nodesOf = (table: Table): Node[] => [
  table,
  ...table.constraints,
  ...table.indexes,
  ...table.columns.flatMap((column) => column.default ?? []),
];

/** What is left when all that has its needs is taken away, again and again. */
function stuck(nodes: readonly Node[]): Set<string> {
  const known = new Set(nodes.map((node) => node.id));
  const waits = new Map(nodes.map((node) => [node.id, new Set(node.needs.filter((need) => known.has(need)))]));
  const wanted = new Map<string, string[]>();
  for (const need of known) wanted.set(need, []);
  for (const [id, needs] of waits) for (const need of needs) wanted.get(need)?.push(id);
  const free = [...waits].filter(([, needs]) => needs.size === 0).map(([id]) => id);
  for (const id of free) {
    known.delete(id);
    for (const next of wanted.get(id) ?? []) {
      const needs = waits.get(next);
      if (needs?.delete(id) && needs.size === 0) free.push(next);
    }
  }
  return known;
}

function split(view: SchemaObject, caught: ReadonlySet<string>): SchemaObject[] {
  const { shell, statements, ...rest } = view;
  if (shell === undefined) return [view];
  const replacing = statements.map((statement) => statement.replace(/^CREATE VIEW/, 'CREATE OR REPLACE VIEW'));
  return [
    { ...rest, statements: [shell], needs: view.needs.filter((need) => !caught.has(need)) },
    { ...rest, id: `definition of ${view.id}`, statements: replacing, needs: [...view.needs, view.id] },
  ];
}
