/** An amount in the currency's minor unit (cents): an integer, so that nothing is ever rounded. */
export interface MinorAmount {
  readonly minor: number;
  /** ISO 4217. */
  readonly currency: string;
}
