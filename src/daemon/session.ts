const unopened = new WeakSet<object>();

/** The server could not be reached at all: an outage, not a failed attempt at anybody's work. */
export const isOutage = (error: unknown): boolean => typeof error === 'object' && error !== null && unopened.has(error);

/** A session that is opened when first needed, given up in a PAUSE or after a fault, and opened again when needed. */
export class Session<T extends { close(): Promise<void> }> {
  private opened: Promise<T> | undefined;

  constructor(private readonly open: () => Promise<T>) {}

  get(): Promise<T> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      if (typeof error === 'object' && error !== null) unopened.add(error);
      throw error;
    });
    return this.opened;
  }

  /** Closes it if it is open. A session that fails to close is as gone as one that does not. */
  async drop(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    const session = await opened?.catch(() => undefined);
    await session?.close().catch(() => undefined);
  }
}
