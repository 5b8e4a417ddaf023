import type { Connector } from '../../src/connector/connector.js';
import type { Loader } from '../../src/connector/loader.js';
import { classify } from '../../src/db/postgres/faults.js';

const connector: Connector<Loader> = {
  schemes: ['postgres:', 'postgresql:'],
  open: async (url, options) => (await import('./open.js')).open(url, options),
  classify,
};

export default connector;
