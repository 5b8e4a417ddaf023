import type { ClientConfig } from 'pg';
import pgListen from 'pg-listen';
import { classify } from './faults.js';

/**
 * Calls `wake` on every notice in `channel`, with its text, and after every reconnect, since what was sent in between is lost. It
 * reconnects for ever. A connection of its own, on which a frozen server is noticed after some 5 s.
 */
export async function listen(
  config: ClientConfig,
  channel: string,
  wake: (text?: string) => void,
): Promise<{ close(): Promise<void> }> {
  const subscriber = pgListen.default(
    { ...config, query_timeout: 2000 },
    { paranoidChecking: 3000, retryTimeout: 0, parse: (payload) => payload },
  );
  subscriber.events.on('error', () => undefined); // it goes on trying, and whoever is woken also polls
  subscriber.events.on('connected', () => wake());
  subscriber.notifications.on(channel, (text: string) => wake(text));
  try {
    await subscriber.connect();
    await subscriber.listenTo(channel);
  } catch (error) {
    await subscriber.close().catch(() => undefined);
    throw classify(error);
  }
  return { close: () => subscriber.close() };
}
