import type { NetChanges } from '../../../src/model/change.js';
import { rowOf } from '../../../src/format/fields.js';
import type { Hand } from './acts.js';
import type { StagedRows } from './staging.js';
import { COPIES, deleteImage, deleteImages, IMAGE_DEFINITIONS, keepImages, markImages, putBack } from './statements.js';
import type { Target } from './targets.js';

/**
 * Deletes as many copies of each image as its count is below zero. No row here has an address: where several are equal, all
 * of them go, and those that stay are put back as they were. Returns how many rows are gone.
 */
export async function takeAway(hand: Hand, target: Target, images: NetChanges['images']): Promise<number> {
  const { tx, staging, far } = hand;
  const staged = stagedImages(target, images);
  const from = await staging.fill(tx, staged, far);
  await tx.query(markImages(target, from));
  const [only] = images;
  if (only && images.length === 1) return (await tx.query(deleteImage(target, from, -only.count))).count;
  const gone = await allButKept(hand, target, from);
  await staging.clear(tx, from, staged);
  return gone;
}

function stagedImages({ database, columns }: Target, images: NetChanges['images']): StagedRows {
  const rows = images.map(({ row, count }) => rowOf([Buffer.from(String(-count)), row]));
  return { database, columns: [COPIES, ...columns], rows, more: IMAGE_DEFINITIONS };
}

async function allButKept({ tx, staging }: Hand, target: Target, from: string): Promise<number> {
  const kept = await staging.empty(tx, target.database, target.stored);
  const { count: staying } = await tx.query(keepImages(target, from, kept));
  const { count: gone } = await tx.query(deleteImages(target, from));
  if (staying === 0) return gone;
  await tx.query(putBack(target, kept));
  await tx.query(`DELETE FROM ${kept}`);
  return gone - staying;
}
