import type { MyDb } from '../../src/db/mysql/my-db.js';
import { quoteIdentifier, quoteLiteral } from '../../src/db/mysql/quote.js';
import type { Server } from './server.js';

/** What the account of a session may do, to everything and to its database. */
export class Privileges {
  private constructor(
    private readonly granted: ReadonlySet<string>,
    private readonly onAll: ReadonlySet<string>,
    private readonly server: Server,
  ) {}

  static async read(db: MyDb, server: Server): Promise<Privileges> {
    const { rows } = await db.query('SHOW GRANTS');
    const grants = rows.map((row) => String(Object.values(row)[0]));
    const everywhere = grants.flatMap((grant) => privilegesIn(grant, (on) => on === '*.*'));
    const here = grants.flatMap((grant) => privilegesIn(grant, (on) => matches(on, server.database)));
    return new Privileges(new Set([...everywhere, ...here]), new Set(everywhere), server);
  }

  /** On the database, or on all of them. */
  has(privilege: string): boolean {
    return this.granted.has(privilege) || this.granted.has('ALL PRIVILEGES');
  }

  /** What no database has alone. */
  hasOnAll(privilege: string): boolean {
    return this.onAll.has(privilege) || this.onAll.has('ALL PRIVILEGES');
  }

  /** The statement that gives it. */
  grant(privileges: string, on = `${quoteIdentifier(this.server.database)}.*`): string {
    const at = this.server.user.lastIndexOf('@');
    const [user, host] = [this.server.user.slice(0, at), this.server.user.slice(at + 1)];
    return `GRANT ${privileges} ON ${on} TO ${quoteLiteral(user)}@${quoteLiteral(host)};`;
  }
}

/** `GRANT SELECT, SHOW VIEW ON *.* TO …`; those of single columns or tables do not count. */
function privilegesIn(grant: string, counts: (on: string) => boolean): string[] {
  const [, list = '', on = ''] = /^GRANT (.+?) ON (?:TABLE )?(\S+) TO /.exec(grant) ?? [];
  return counts(on) ? list.split(',').map((privilege) => privilege.trim()) : [];
}

/** In the name of a granted database % and _ stand for others, unless a backslash is before them. */
function matches(on: string, database: string): boolean {
  const pattern = /^`((?:[^`]|``)*)`\.\*$/.exec(on)?.[1]?.replaceAll('``', '`');
  if (pattern === undefined) return false;
  const wanted = pattern.replace(/\\([%_])|[%_]|[^\w]/g, (piece, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    return piece === '%' ? '.*' : piece === '_' ? '.' : `\\${piece}`;
  });
  return new RegExp(`^${wanted}$`, 'su').test(database);
}
