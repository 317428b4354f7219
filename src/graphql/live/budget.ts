/** What all outboxes of one connection may hold together. Frames are shared between connections; here each counts its own. */
export class OutboxBudget {
  messages = 0;
  bytes = 0;

  constructor(
    readonly maxMessages: number,
    readonly maxBytes: number,
  ) {}

  takes(bytes: number): boolean {
    return this.messages < this.maxMessages && this.bytes + bytes <= this.maxBytes;
  }
}
