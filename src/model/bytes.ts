/** Where rows go as bytes. A row is announced with its length, then arrives in one or more pieces. */
export interface ByteSink {
  row(length: number): void;
  /** Ends a row that was announced with the length Infinity: longer than is held, so that nobody knows how long. */
  endRow?(): void;
  /** Takes `bytes[start, end)`. The caller leaves `bytes` as it is until it has asked `ready()`. */
  append(bytes: Uint8Array, start: number, end: number): void;
  /** A promise to wait for before sending more, or undefined when there is room. Ask after each input. */
  ready(): Promise<void> | undefined;
}

/** A stored object in the making. It exists for nobody else until it is sealed, and then whole and for good. */
export interface ByteWriter {
  /**
   * Resolves once the bytes are handed over; they must not change before. Call it for one piece after another. If it
   * fails, abandon the object.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the object is durable under its name. If it fails, nothing is left. */
  seal(): Promise<void>;
  /** Leaves nothing behind. Harmless after `seal` and when repeated. */
  abandon(): Promise<void>;
}

/** A sealed object. */
export interface ByteReader {
  readonly size: number;
  /** Exactly that range, in memory that nobody else uses. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Where sealed objects are kept by name. */
export interface ByteStore {
  /** The caller owns the name: an unfinished object of that name is void, whoever writes it. A sealed one is refused. */
  create(name: string): Promise<ByteWriter>;
  open(name: string): Promise<ByteReader>;
}
