import type { Connector } from '../../src/connector/connector.js';
import type { Extractor } from '../../src/connector/extractor.js';
import { classify } from '../../src/db/mysql/faults.js';

const connector: Connector<Extractor> = {
  schemes: ['mysql:', 'mariadb:'],
  ownSnapshots: true,
  open: async (url, options) => (await import('./open.js')).open(url, options),
  classify,
};

export default connector;
