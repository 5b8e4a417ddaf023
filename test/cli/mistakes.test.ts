import { beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '../servers/index.js';
import { configured, expectMistake, fill, folder, openkite, within, written } from './openkite.js';

let source: URL;
let target: URL;
beforeAll(async () => {
  [source, target] = [await freshDatabase(), await freshDatabase()];
  await fill(source);
});

const but = (url: URL, change: (url: URL) => void): URL => {
  const other = new URL(url);
  change(other);
  return other;
};

describe('in the configuration', () => {
  const lines = (text: string) => `migration: shop\nsource: postgres://a@127.0.0.1:1/x\n${text}`;
  const TARGET = 'target: postgres://a@127.0.0.1:1/y\n';
  test.each([
    ['no file', undefined, /cannot read the configuration .*openkite.yaml: there is none/],
    ['an empty file', '', /openkite.yaml is empty/],
    ['only a comment', '# later\n', /openkite.yaml is empty/],
    ['a list', '- a\n', /openkite.yaml is empty, or no map/],
    ['a missing key', lines(''), /yaml:1: target is missing/],
    ['an unknown key', lines(`${TARGET}tabels: {}\n`), /yaml:4: tabels is not a key that openkite knows/],
    ['an unknown key within', lines(`${TARGET}chunks:\n  stoer: x\n`), /yaml:5: chunks.stoer is not a key/],
    ['a key twice', lines(`${TARGET}source: x\n`), /yaml:4: the key source stands here a second time/],
    ['a tab', 'migration: shop\n\tsource: x\n', /yaml:2: Tabs are not allowed as indentation/],
    [
      'a size that is none',
      lines(`${TARGET}chunks: { budget: 10 parsecs }\n`),
      /yaml:4: chunks.budget is "10 parsecs"/,
    ],
    [
      'a setting that is none',
      lines(`${TARGET}settings: { conections: 1 }\n`),
      /yaml:4: settings.conections is no setting/,
    ],
    [
      'a setting out of bounds',
      lines(`${TARGET}settings: { load_connections: 0 }\n`),
      /load_connections is 0, not .* from 1 to 64/,
    ],
    [
      'a budget out of bounds',
      lines(`${TARGET}chunks: { budget: 1KB }\n`),
      /chunks.budget is 1000, not .* from 1048576/,
    ],
    [
      'an unset variable',
      lines('target: postgres://a:${NOPE_1}@h/y\n'),
      /yaml:3: target uses \$\{NOPE_1\}, which is not set/,
    ],
    ['no URL', lines('target: localhost\n'), /yaml:3: target is not a URL like/],
    ['an unknown scheme', lines('target: pgsql://a@h/y\n'), /nothing here speaks pgsql:\/\//],
  ])('%s', async (_, text, message) => {
    const file = text === undefined ? `${folder()}/openkite.yaml` : written(text);
    expectMistake(await openkite(['run', '-c', file]), message);
  });

  test('several mistakes are said at once, in the order of the file', async () => {
    const said = await openkite(['run', '-c', written('target: x\nfoo: 1\npolicy: { max_retries: -1 }\n')]);
    expectMistake(
      said,
      /yaml:1: migration is missing\n.*yaml:1: source is missing\n.*yaml:1: target is not a URL.*\n.*yaml:2: foo .*\n.*yaml:3: policy.max_retries is -1/,
    );
  });

  test('a byte order mark is none', async () => {
    const said = await openkite([
      'run',
      '-c',
      written(`\ufeffmigration: shop\nsource: ${source.href}\ntarget: ${target.href}\n`),
    ]);
    expect(said).toMatchObject({ code: 0, err: '' });
  });
});

describe('in what it names', () => {
  test.each([
    [
      'a wrong host',
      () => [source, but(target, (url) => (url.hostname = 'no-such-host.invalid'))],
      /cannot connect to no-such-host.invalid:\d+/,
    ],
    [
      'a wrong port',
      () => [source, but(target, (url) => (url.port = '1'))],
      /cannot connect to 127.0.0.1:1: .*\n.*is the server running/i,
    ],
    [
      'a wrong password',
      () => [but(source, (url) => (url.password = 'guess')), target],
      /password authentication failed .*\n.*password/,
    ],
    [
      'a missing database',
      () => [source, but(target, (url) => (url.pathname = '/nothing'))],
      /database "nothing" does not exist/,
    ],
    ['the same database twice', () => [source, source], /source and target are the same database/],
  ] as const)('%s', async (_, urls, message) => {
    const [from, to] = urls() as [URL, URL];
    expectMistake(await openkite(['run', '--execute', '-c', configured(from, to)]), message);
  });

  test('a table that is not there', async () => {
    const file = configured(source, target, 'tables: { include: ["public.customer", "public.Orders"] }\n');
    expectMistake(
      await openkite(['run', '-c', file]),
      /tables.include names public.Orders, and the source has no such table/,
    );
  });

  test('PR-03 a target that is not empty', async () => {
    const full = await freshDatabase();
    await fill(full);
    expectMistake(
      await openkite(['run', '--execute', '-c', configured(source, full)]),
      /the target is not empty.* public.customer/,
    );
  });

  test('a role that may not read', async () => {
    const name = 'cli_reader';
    await within(source, (db) => db.query(`DROP ROLE IF EXISTS ${name}; CREATE ROLE ${name} LOGIN PASSWORD 'r'`));
    const from = but(source, (url) => ([url.username, url.password] = [name, 'r']));
    try {
      const said = await openkite(['run', '--execute', '-c', configured(from, target)]);
      expect(said.err).toMatch(/lacks select.*\n.*GRANT SELECT ON "public"."customer" TO "cli_reader"/);
      expect(said.code).toBe(2);
    } finally {
      await within(source, (db) => db.query(`DROP ROLE ${name}`));
    }
  });

  test('a control schema of another migration', async () => {
    expect(await openkite(['init', '-c', configured(source, target)])).toMatchObject({ code: 0 });
    const file = written(`migration: other\nsource: ${source.href}\ntarget: ${target.href}\n`);
    expectMistake(await openkite(['init', '-c', file]), /belongs to migration shop, not to other/);
  });
});

describe('in the words', () => {
  test.each([
    ['an unknown verb', ['paus'], /there is no verb paus; did you mean pause\?/],
    ['an unknown option', ['status', '--jsn'], /Unknown argument: jsn/],
    ['half a pair', ['demo', '--source', 'postgres://h/x'], /name both --source and --target/],
    [
      'a password in sight',
      ['demo', '--source', 'postgres://a:secret@h/x', '--target', 'postgres://h/y'],
      /--source holds a password/,
    ],
  ])('%s', async (_, args, message) => expectMistake(await openkite(args), message));

  test('no word at all shows the help', async () => {
    const { code, err } = await openkite([]);
    expect(err).toMatch(/openkite <verb>[\s\S]*openkite demo/);
    expect(code).toBe(2);
  });
});
