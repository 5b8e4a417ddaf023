/**
 * One server per major version, and one MariaDB, for the whole run, started when a test first asks for it: workers are processes of
 * their own, so they ask over loopback.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startServer, type Major, type Server } from '../../extractors/postgres/server.js';
import { PSQL } from './client.js';
import { install } from './debian.js';
import { DAEMON, MariaDb } from './mariadb.js';

declare module 'vitest' {
  interface ProvidedContext {
    servers: string;
  }
}

const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'logical',
  max_connections: '200',
  max_wal_senders: '40',
  max_replication_slots: '80',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  install('mariadb-server', DAEMON); // before workers ask for them side by side
  install('postgresql-client', PSQL);
  const running = new Map<Major, Promise<Server>>();
  const start = (major: Major): Promise<Server> => {
    const server = running.get(major) ?? startServer({ major, settings: SETTINGS });
    running.set(major, server);
    return server;
  };
  let mariaDb: Promise<MariaDb> | undefined;
  const find = async (name: string): Promise<URL> => {
    if (name !== 'mariadb') return (await start(Number(name) as Major)).url();
    return (await (mariaDb ??= MariaDb.start())).url();
  };
  const desk = createServer((request, response) => {
    find(request.url?.slice(1) ?? '').then(
      (url) => response.end(url.href),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(desk, 'listening');
  project.provide('servers', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    await Promise.all([...running.values()].map(async (server) => (await server).stop('immediate')));
    await (await mariaDb)?.stop();
  };
}
