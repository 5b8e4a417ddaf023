import type { Connector } from '../../src/connector/connector.js';
import type { Loader } from '../../src/connector/loader.js';
import { classify } from '../../src/db/mysql/faults.js';

const connector: Connector<Loader> = {
  schemes: ['mysql:', 'mariadb:'],
  open: async (url, options) => (await import('./open.js')).open(url, options),
  classify,
};

export default connector;
