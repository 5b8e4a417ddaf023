/** A server's own client, psql or mariadb: what a DBA has, and nothing of openkite. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { sleep } from '../../src/base/clock.js';
import { isPostgres } from './session.js';

export const PSQL = '/usr/bin/psql';

/** Debian's psql is a script of Perl that looks for the newest of these, which costs more than what they do. */
const MAJORS = '/usr/lib/postgresql';
const psqlProgram = (): string => {
  const majors = existsSync(MAJORS) ? readdirSync(MAJORS).sort((a, b) => Number(b) - Number(a)) : [];
  return [...majors.map((major) => `${MAJORS}/${major}/bin/psql`), PSQL].find(existsSync) ?? PSQL;
};

export const LOOK_AGAIN_MS = 150;

export class Client {
  /** Notices and warnings of the last call. */
  said = '';

  /** `schema`: the control schema, whose names need no schema then. */
  constructor(
    private readonly url: URL,
    private readonly schema: string,
  ) {}

  /** Rows as the client prints them, NULL as such. Rejects with what it says when the server refuses. */
  async sql(statements: string): Promise<string[][]> {
    const child = isPostgres(this.url) ? this.psql() : this.mariadb();
    const [out, err] = [text(child.stdout), text(child.stderr)];
    child.stdin.end(statements);
    const [code] = (await once(child, 'exit')) as [number | null];
    this.said = await err;
    if (code !== 0) throw new Error(this.said);
    const lines = (await out).split('\n').filter((line) => line !== '');
    return lines.map((line) => line.split('\t'));
  }

  /** The first column of the first row. */
  async value(statement: string): Promise<string | undefined> {
    return (await this.sql(statement))[0]?.[0];
  }

  /** Until a query answers with a row: polled, as a DBA would look again. */
  async row(statement: string, seconds = 30): Promise<string[]> {
    for (const deadline = Date.now() + seconds * 1000; ;) {
      const [found] = await this.sql(statement);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${statement}`);
      await sleep(LOOK_AGAIN_MS);
    }
  }

  private psql() {
    const { hostname, port, username, password, pathname } = this.url;
    const output = ['-X', '-q', '-A', '-t', '-F', '\t', '-P', 'null=NULL', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
    const PGOPTIONS = `-c search_path=${this.schema},public`;
    const env = { ...process.env, PGPASSWORD: decodeURIComponent(password), PGOPTIONS };
    return spawn(psqlProgram(), ['-h', hostname, '-p', port, '-U', username, '-d', pathname.slice(1), ...output], {
      env,
    });
  }

  private mariadb() {
    const { hostname, port, username, password } = this.url;
    const env = { ...process.env, MYSQL_PWD: decodeURIComponent(password) };
    const words = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, '--batch', '--skip-column-names'];
    return spawn('mariadb', [...words, '--show-warnings', this.schema], { env });
  }
}
