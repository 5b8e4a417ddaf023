import { existsSync, readdirSync } from 'node:fs';
import { Fault } from '../base/fault.js';
import type { Connector } from './connector.js';

/**
 * Connectors are found by listing a directory: every folder with an `index` is one, and its name is its name.
 * Nothing else in openkite lists or names them.
 */
export async function discover<T>(directory: URL): Promise<Map<string, Connector<T>>> {
  const found = new Map<string, Connector<T>>();
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const index = entry.isDirectory() ? indexOf(new URL(`${entry.name}/`, directory)) : undefined;
    if (index) found.set(entry.name, ((await import(index.href)) as { default: Connector<T> }).default);
  }
  return found;
}

/** Compiled when run from `dist`, the source itself under a TypeScript runner. */
function indexOf(folder: URL): URL | undefined {
  return ['index.js', 'index.ts'].map((file) => new URL(file, folder)).find((url) => existsSync(url));
}

/** The connector that answers to a URL's scheme. */
export function connectorFor<T>(url: URL, connectors: Map<string, Connector<T>>): Connector<T> {
  for (const connector of connectors.values()) if (connector.schemes.includes(url.protocol)) return connector;
  const known = [...connectors.values()].flatMap((c) => c.schemes).map((scheme) => `${scheme}//`);
  throw new Fault('operator', `nothing here speaks ${url.protocol}//`, { hint: `use one of ${known.join(', ')}` });
}
