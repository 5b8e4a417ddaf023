import { discover } from '../src/connector/discover.js';
import { daemonProcess } from '../src/daemon/roles.js';

await daemonProcess('load', {
  extractors: await discover(new URL('../extractors/', import.meta.url)),
  loaders: await discover(new URL('./', import.meta.url)),
});
