import { cpus, totalmem, type } from 'node:os';
import { benchControl } from './control.js';
import { benchCopy } from './copy.js';
import { benchEngines } from './engines.js';
import { benchFollow } from './follow.js';
import { benchMemory } from './memory.js';
import { benchModels } from './models.js';
import { benchPause } from './pause.js';

/** `npm run bench [-- copy|engines|memory|models|pause|control|follow]`: figures with the machine they were measured on. Nothing else should run. */
const wanted = process.argv.slice(2);
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  copy: () => benchCopy(Number(process.env['ROUNDS'] ?? 5)),
  memory: benchMemory,
  models: benchModels,
  pause: benchPause,
  control: () => benchControl(Number(process.env['ROUNDS'] ?? 5)),
  engines: () => benchEngines(Number(process.env['ROUNDS'] ?? 3)),
  follow: () => benchFollow(Number(process.env['ROUNDS'] ?? 3)),
};

console.log(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node ${process.version}\n`,
);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`== ${name}`);
  await bench();
}
