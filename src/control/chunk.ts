import type { Encoding, TableName } from '../model/schema.js';
import type { HeldRow } from './lock.js';

/** A claim on a chunk. `source` is its file name, `target` is `DE` for extraction, the target table for loading. */
export interface Claim extends HeldRow {
  readonly table: TableName;
  readonly number: number;
  readonly restarts: number;
  /** The worker that had it before, and died with it. */
  readonly leftBy?: string;
  /** The extractor's own words: which rows. */
  readonly bounds: string;
  readonly encoding: Encoding;
  readonly snapshotId: string;
}

/** A slice to be written. */
export interface ExtractClaim extends Claim {
  /** Why a loader refused it. Then it is made again under a new name (`renameChunk`), and only from the same snapshot. */
  readonly refused: string | undefined;
}

/** A sealed chunk to be loaded. */
export interface LoadClaim extends Claim {
  readonly rows: number;
  readonly rawBytes: number;
  readonly checksum: string;
}

export interface ClaimRow extends Record<string, unknown> {
  readonly source: string;
  readonly target: string;
  readonly table_name: string;
  readonly chunk_number: string;
  readonly generation: number;
  readonly worker: string;
  readonly position: string | null;
  readonly row_count: string | null;
  readonly byte_count: string | null;
  readonly checksum: string | null;
  readonly restarts: number;
  readonly error: string | null;
  readonly encoding: Encoding;
  readonly snapshot_id: string | null;
}

const toClaim = (row: ClaimRow): Claim => ({
  source: row.source,
  target: row.target,
  table: row.table_name,
  number: Number(row.chunk_number),
  generation: row.generation,
  worker: row.worker,
  restarts: row.restarts,
  bounds: row.position ?? '',
  encoding: row.encoding,
  snapshotId: row.snapshot_id ?? '',
});

export const toExtractClaim = (row: ClaimRow): ExtractClaim => ({ ...toClaim(row), refused: row.error ?? undefined });

export const toLoadClaim = (row: ClaimRow): LoadClaim => ({
  ...toClaim(row),
  rows: Number(row.row_count),
  rawBytes: Number(row.byte_count),
  checksum: row.checksum ?? '',
});
