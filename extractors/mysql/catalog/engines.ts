/** Engines whose readers see one moment, whatever is written meanwhile. */
const TRANSACTIONAL = new Set(['innodb', 'rocksdb', 'tokudb']);
/** Whose rows lie on this server. */
const LOCAL = new Set(['aria', 'myisam', 'memory', 'csv', 'archive', 'partition']);

const named = (engine: string | null): string => (engine ?? '').toLowerCase();

export const isTransactional = (engine: string | null): boolean => TRANSACTIONAL.has(named(engine));

export const isCopied = (engine: string | null): boolean => isTransactional(engine) || LOCAL.has(named(engine));
