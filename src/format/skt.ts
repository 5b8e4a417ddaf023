import { z } from 'zod';
import type { ByteStore } from '../model/bytes.js';
import type { Schema } from '../model/schema.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import type { Compression } from './frame.js';
import { checkHeader, checkSame } from './header.js';
import { schemaName } from './name.js';

const header = z.object({
  name: z.string(),
  migration: z.string(),
  /** One uuid for a `.skt` and the `.okt` that was written with it. */
  chunk: z.string(),
  compression: z.enum(['none', 'brotli']),
});

export type SchemaHeader = Omit<Readonly<z.infer<typeof header>>, 'name'>;

type SchemaKind = 'skt' | 'okt';
type SchemaFile = Omit<Schema, 'objects'>;

/**
 * `.okt` first: whoever finds the `.skt` finds both. `version`: of the plan, 0 for the first. Fault CHUNK_EXISTS where the
 * migration has them already.
 */
export async function writeSchema(store: ByteStore, header: SchemaHeader, schema: Schema, version = 0): Promise<void> {
  const { objects, ...rest } = schema;
  await writeJson(store, schemaName(header.migration, 'okt', version), 'okt', header, objects);
  await writeJson(store, schemaName(header.migration, 'skt', version), 'skt', header, rest);
}

async function writeJson(
  store: ByteStore,
  name: string,
  kind: SchemaKind,
  header: SchemaHeader,
  value: unknown,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  const frame = await FrameWriter.create(store, name, kind, header);
  try {
    frame.record(body.length, 1);
    frame.append(body, 0, body.length);
    await frame.seal();
  } catch (error) {
    await frame.abandon();
    throw error;
  }
}

/** Both files of a migration. Faults as of `openDkt`; CHUNK_STALE where the two were not written together. */
export async function readSchema(store: ByteStore, migration: string, version = 0): Promise<Schema> {
  const name = (kind: SchemaKind): string => schemaName(migration, kind, version);
  const tables = await readJson<SchemaFile>(store, name('skt'), 'skt');
  const objects = await readJson<Schema['objects']>(store, name('okt'), 'okt');
  checkSame(name('okt'), 'CHUNK_STALE', 'chunk id, as in the .skt', tables.chunk, objects.chunk);
  return { ...tables.value, objects: objects.value };
}

async function readJson<T>(store: ByteStore, name: string, kind: SchemaKind): Promise<{ chunk: string; value: T }> {
  const frame = await FrameReader.open(store, name, kind);
  try {
    const { chunk, compression } = checkHeader(frame, header);
    return { chunk, value: JSON.parse(await text(frame, compression)) as T };
  } finally {
    await frame.close();
  }
}

async function text(frame: FrameReader, compression: Compression): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of frame.pieces(compression)) pieces.push(piece.bytes);
  return Buffer.concat(pieces).toString();
}
