import type { Clock } from '../core/clock.js';
import { messageOf } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { createPeople, type Person, type Persona } from './people.js';
import type { IngestDoor, ShopItem, SimulatedInteraction, SimulatedOutcome, SimulatedPayment } from './ports.js';
import { Random } from './random.js';
import { drawPayment, FRAUD_SPENDING, SPENDING } from './spending.js';
import { Truth } from './truth.js';

export interface SimulatorOptions {
  readonly seed: number;
  readonly door: IngestDoor;
  readonly items: readonly ShopItem[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 300. */
  readonly customers?: number;
  /** Live payments a second. Default 4. */
  readonly paymentsPerSecond?: number;
  /** Live interactions a second. Default 1. */
  readonly interactionsPerSecond?: number;
  /** Days of payments and orders that a new world begins with. Default 30. */
  readonly historyDays?: number;
}

const DAY_MS = 86_400_000;
const BULK = 500;
const HISTORY_PAYMENTS_PER_DAY = 1.5;
/** Chance that the next payment begins a fraud episode; an episode has 3 to 6 payments. */
const EPISODE_CHANCE = 0.002;
/** The first episode begins after this many live payments, so that a new visitor sees one soon. */
const FIRST_EPISODE = 60;
const BACKOFF_MS = 2_000;
/** It comes out within this time what a payment was: minutes where the real world takes weeks, so that a demo shows it. */
const FOUND_OUT_MS = [30_000, 120_000] as const;
/** Calls a second that tell it. */
const REPORTS_PER_SECOND = 0.5;
/** Payments whose truth waits to be told; of more it never comes out. */
const MAX_UNTOLD = 10_000;

/** Orders a year, and days since the last one, by persona. */
const ORDERS: Readonly<Record<Persona, { count: [number, number]; lastDaysAgo: [number, number] }>> = {
  champion: { count: [8, 16], lastDaysAgo: [0, 12] },
  loyal: { count: [3, 7], lastDaysAgo: [10, 60] },
  newcomer: { count: [1, 2], lastDaysAgo: [1, 25] },
  lapsed: { count: [1, 2], lastDaysAgo: [120, 330] },
};

interface Episode {
  readonly person: Person;
  left: number;
}

/**
 * A seeded world: customers with tastes and habits, baskets, card payments and now and then a fraud episode. It brings its
 * events through the ingest door like anybody else, one call at a time, and knows which payments are fraud.
 */
export class Simulator {
  readonly truth = new Truth();
  readonly people: readonly Person[];
  readonly #options: Required<SimulatorOptions>;
  readonly #random: Random;
  /** Of its own, so that when truth comes out changes nothing about what happens. */
  readonly #delays: Random;
  readonly #episodes: Episode[] = [];
  #untold: (SimulatedOutcome & { readonly dueAt: number })[] = [];
  #payments = 0;
  #running: Promise<void>[] = [];
  #stopped = false;
  #wake: (() => void)[] = [];

  constructor(options: SimulatorOptions) {
    this.#options = { customers: 300, paymentsPerSecond: 4, interactionsPerSecond: 1, historyDays: 30, ...options };
    this.people = createPeople(options.seed, this.#options.customers, options.items);
    this.#random = new Random(options.seed ^ 0x5eed);
    this.#delays = new Random(options.seed ^ 0xde1a);
  }

  /**
   * Founds a new world: its customers, and their past up to now (without fraud; live truth counts from `start` on). The same seed
   * and clock give the same past.
   */
  async found(): Promise<void> {
    const { door, historyDays } = this.#options;
    const now = this.#options.clock.now();
    for (let i = 0; i < this.people.length; i += BULK) {
      await door.upsertCustomers(
        this.people
          .slice(i, i + BULK)
          .map(({ customerId, country, birthDate }) => ({ customerId, country, birthDate })),
      );
    }
    const interactions = this.people
      .flatMap((person) => this.#orders(person, now))
      .sort((a, b) => a.occurredAt - b.occurredAt);
    for (let i = 0; i < interactions.length; i += BULK) await door.recordInteractions(interactions.slice(i, i + BULK));
    const payments = this.people
      .flatMap((person) => this.#history(person, now, historyDays))
      .sort((a, b) => a.occurredAt - b.occurredAt);
    for (let i = 0; i < payments.length; i += BULK) await door.recordTransactions(payments.slice(i, i + BULK));
  }

  /** Lets the world go on, at its rates, until `stop`. */
  start(): void {
    const { door, paymentsPerSecond, interactionsPerSecond } = this.#options;
    this.#running = [
      this.#every(paymentsPerSecond, () => door.recordTransactions([this.nextPayment()])),
      this.#every(interactionsPerSecond, async () => {
        const interactions = this.nextInteractions();
        if (interactions.length > 0) await door.recordInteractions(interactions);
      }),
      this.#every(REPORTS_PER_SECOND, async () => {
        const outcomes = this.nextOutcomes();
        if (outcomes.length > 0) await door.reportOutcomes(outcomes);
      }),
    ];
  }

  /** Ends the world's going on; resolves when the calls under way are done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#wake.splice(0)) wake();
    await Promise.all(this.#running);
  }

  /** The next live payment: everyday life, or a step of a fraud episode. */
  nextPayment(): SimulatedPayment {
    const random = this.#random;
    this.#payments++;
    if (this.#payments === FIRST_EPISODE || random.chance(EPISODE_CHANCE)) {
      this.#episodes.push({ person: random.pick(this.people), left: random.int(3, 6) });
    }
    const episode = this.#episodes[0];
    const fraud = episode !== undefined && random.chance(0.5);
    if (fraud && --episode.left === 0) this.#episodes.shift();
    const person = fraud ? episode.person : random.pick(this.people);
    const payment = this.#payment(person, this.#options.clock.now(), fraud);
    this.truth.tell(payment.transactionId, fraud);
    if (this.#untold.length < MAX_UNTOLD) {
      const [soon, late] = FOUND_OUT_MS;
      const dueAt = payment.occurredAt + this.#delays.int(soon, late);
      this.#untold.push({ subject: { transactionId: payment.transactionId }, fraud, observedAt: dueAt, dueAt });
    }
    return payment;
  }

  /** What has come out by now about live payments; each is told once. */
  nextOutcomes(): SimulatedOutcome[] {
    const now = this.#options.clock.now();
    const due = this.#untold.filter(({ dueAt }) => dueAt <= now).slice(0, BULK);
    const told = new Set(due);
    this.#untold = this.#untold.filter((one) => !told.has(one));
    return due.map(({ subject, fraud, observedAt }) => ({ subject, fraud, observedAt }));
  }

  /** What somebody does next in the shop: looks at an item, sometimes puts it into the basket, sometimes buys. */
  nextInteractions(): SimulatedInteraction[] {
    const random = this.#random;
    const person = random.pick(this.people);
    const item = this.#liked(person);
    if (item === null) return [];
    const now = this.#options.clock.now();
    const step = (kind: SimulatedInteraction['kind']): SimulatedInteraction => ({
      // With the time: a world that goes on after a restart draws the same numbers as when it was founded.
      interactionId: `simi-${random.hex()}-${now.toString(36)}`,
      customerId: person.customerId,
      itemId: item.id,
      kind,
      occurredAt: now,
      quantity: kind === 'PURCHASE' ? random.int(1, 12) : 1,
      unitPrice: kind === 'PURCHASE' ? pounds(item) : null,
      orderId: null,
    });
    const steps = [step('VIEW')];
    if (random.chance(0.3)) steps.push(step('BASKET'));
    if (random.chance(0.08)) steps.push(step('PURCHASE'));
    return steps;
  }

  #payment(person: Person, occurredAt: number, fraud: boolean): SimulatedPayment {
    const { merchant, category, minor } = drawPayment(
      this.#random,
      fraud ? FRAUD_SPENDING : SPENDING,
      fraud ? 1 : person.lavishness,
    );
    return {
      transactionId: `simt-${this.#random.hex()}-${occurredAt.toString(36)}`,
      customerId: person.customerId,
      merchant,
      category,
      amount: { minor, currency: 'USD' },
      occurredAt,
    };
  }

  #history(person: Person, now: number, days: number): SimulatedPayment[] {
    const payments: SimulatedPayment[] = [];
    for (let at = now - days * DAY_MS; ; ) {
      at += Math.round(this.#random.exponentialMs(HISTORY_PAYMENTS_PER_DAY / 86_400));
      if (at >= now) return payments;
      payments.push(this.#payment(person, at, false));
    }
  }

  #orders(person: Person, now: number): SimulatedInteraction[] {
    const random = this.#random;
    const { count, lastDaysAgo } = ORDERS[person.persona];
    const last = random.int(...lastDaysAgo);
    const orders = random.int(...count);
    const lines: SimulatedInteraction[] = [];
    for (let order = 0; order < orders; order++) {
      const daysAgo = order === 0 ? last : last + random.int(5, Math.max(6, 340 - last));
      const occurredAt = now - daysAgo * DAY_MS - random.int(0, DAY_MS / 2);
      const orderId = `simo-${random.hex()}`;
      const size = random.int(2, person.persona === 'champion' ? 20 : 8);
      const generous = person.persona === 'champion' ? 2 : person.persona === 'loyal' ? 1.3 : 1;
      for (let line = 0; line < size; line++) {
        const item = this.#liked(person);
        if (item === null) return [];
        lines.push({
          interactionId: `simi-${random.hex()}`,
          customerId: person.customerId,
          itemId: item.id,
          kind: 'PURCHASE',
          occurredAt,
          quantity: Math.max(1, Math.round(random.int(1, 12) * generous)),
          unitPrice: pounds(item),
          orderId,
        });
      }
    }
    return lines;
  }

  /** An item of the person's taste, favourites more often. */
  #liked(person: Person): ShopItem | null {
    if (person.taste.length === 0) return null;
    const place = Math.floor(person.taste.length * this.#random.next() ** 2);
    return this.#options.items[person.taste[place]!] ?? null;
  }

  /** Calls `act` at random times, `perSecond` times a second on average; never two calls at once. */
  async #every(perSecond: number, act: () => Promise<void>): Promise<void> {
    const timing = new Random(this.#options.seed ^ Math.round(perSecond * 1000));
    while (!this.#stopped) {
      await this.#pause(timing.exponentialMs(perSecond));
      if (this.#stopped) return;
      try {
        await act();
      } catch (error) {
        this.#options.logger.warn(
          { error: messageOf(error) },
          'The simulator could not record something; it waits a moment.',
        );
        await this.#pause(BACKOFF_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const wakes = this.#wake;
      function done() {
        clearTimeout(timer);
        const at = wakes.indexOf(done);
        if (at >= 0) wakes.splice(at, 1);
        resolve();
      }
      wakes.push(done);
    });
  }
}

const pounds = (item: ShopItem) => ({ minor: Math.max(1, Math.round(item.price * 100)), currency: 'GBP' });
