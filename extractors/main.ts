import { discover } from '../src/connector/discover.js';
import { daemonProcess } from '../src/daemon/roles.js';

await daemonProcess('extract', {
  extractors: await discover(new URL('./', import.meta.url)),
  loaders: await discover(new URL('../loaders/', import.meta.url)), // its control plane stands in the target
});
