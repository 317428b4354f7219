/** Payments whose truth is remembered; the oldest are forgotten. */
const REMEMBERED = 50_000;

/** What the simulator knows to be true of its payments, and how often somebody's flags agreed with it. */
export class Truth {
  readonly #fraud = new Map<string, boolean>();
  #truePositives = 0;
  #falsePositives = 0;
  #falseNegatives = 0;
  #trueNegatives = 0;

  /** Notes the truth about a payment. */
  tell(transactionId: string, fraud: boolean): void {
    this.#fraud.set(transactionId, fraud);
    if (this.#fraud.size <= REMEMBERED) return;
    for (const oldest of this.#fraud.keys()) {
      this.#fraud.delete(oldest);
      break;
    }
  }

  /** Whether a payment is fraud; undefined for one it does not remember. */
  isFraud(transactionId: string): boolean | undefined {
    return this.#fraud.get(transactionId);
  }

  /** Counts one decision against the truth; payments it does not know do not count. */
  observe(transactionId: string, flagged: boolean): void {
    const fraud = this.#fraud.get(transactionId);
    if (fraud === undefined) return;
    if (fraud) {
      if (flagged) this.#truePositives++;
      else this.#falseNegatives++;
    } else if (flagged) this.#falsePositives++;
    else this.#trueNegatives++;
  }

  /** The counts so far; precision and recall are null while there is nothing to divide by. */
  counts() {
    const flagged = this.#truePositives + this.#falsePositives;
    const fraud = this.#truePositives + this.#falseNegatives;
    return {
      truePositives: this.#truePositives,
      falsePositives: this.#falsePositives,
      falseNegatives: this.#falseNegatives,
      trueNegatives: this.#trueNegatives,
      precision: flagged === 0 ? null : this.#truePositives / flagged,
      recall: fraud === 0 ? null : this.#truePositives / fraud,
    };
  }
}
