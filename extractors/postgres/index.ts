import type { Connector } from '../../src/connector/connector.js';
import type { Extractor } from '../../src/connector/extractor.js';
import { classify } from '../../src/db/postgres/faults.js';

const connector: Connector<Extractor> = {
  schemes: ['postgres:', 'postgresql:'],
  open: async (url, options) => (await import('./open.js')).open(url, options),
  classify,
  demo: async () => (await import('./demo/index.js')).demo,
};

export default connector;
