import { z } from 'zod';
import type { FrameReader } from './frame-reader.js';
import { refused } from './refusal.js';

/** The header by its kind's own keys, once the name in it is the file's: else two files were swapped. */
export function checkHeader<T extends { name: string }>(frame: FrameReader, shape: z.ZodType<T>): T {
  const { name } = frame;
  const { success, data, error } = shape.safeParse(frame.header);
  if (!success) throw refused('CHUNK_DAMAGED', name, 'header', 'all keys of its kind', z.prettifyError(error));
  if (data.name !== name) throw refused('CHUNK_SWAPPED', name, 'the file that its header names', name, data.name);
  return data;
}

/** Refuses unless they are equal. What nobody expects is not compared. */
export function checkSame<T extends string | number>(
  name: string,
  code: 'CHUNK_FOREIGN' | 'CHUNK_STALE',
  what: string,
  expected: T | undefined,
  found: T,
): void {
  if (expected !== undefined && expected !== found) throw refused(code, name, what, expected, found);
}
