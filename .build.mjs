/**
 * Compiles into dist, or the directory that OPENKITE_DIST names, and copies what tsc leaves behind. The directory is
 * emptied first: connectors are found by listing it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const dist = process.env.OPENKITE_DIST ?? 'dist';
rmSync(dist, { recursive: true, force: true });
const tsc = ['node_modules/typescript/bin/tsc', '-p', '.tsconfig.build.json', '--outDir', dist];
const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const wanted = (path) => statSync(path).isDirectory() || /\.(sql|html|css)$/.test(path);
for (const folder of ['sql', 'src', 'extractors', 'loaders']) {
  cpSync(folder, `${dist}/${folder}`, { recursive: true, filter: wanted });
}
cpSync('package.json', `${dist}/package.json`); // two folders above src/base, as in the checkout
