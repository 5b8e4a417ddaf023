/** Asks a loop for something from outside. However often it is rung before it is heard, it is heard once. */
export class Bell {
  private rung = false;
  private wake: () => void = () => undefined;

  ring(): void {
    this.rung = true;
    this.wake();
  }

  /** Calls `wake` with every ring from now on. */
  attend(wake: () => void): void {
    this.wake = wake;
  }

  /** Whether it was rung since it was heard last. */
  heard(): boolean {
    const rung = this.rung;
    this.rung = false;
    return rung;
  }
}
