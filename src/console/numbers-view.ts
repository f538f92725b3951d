/** Answer of GET /console/api/numbers: every day of the range, also those without a call. */
export interface NumbersView {
  from: string;
  to: string;
  days: DayNumbers[];
  total: Omit<DayNumbers, 'day'>;
  usdBrl: number;
  /** When the model's prices were looked up. */
  pricesOf: string;
}

export interface DayNumbers {
  /** `YYYY-MM-DD`, by the clinic's clock. */
  day: string;
  calls: number;
  /** Calls in which something was booked or moved. */
  booked: number;
  abandoned: number;
  transferred: number;
  /** From the stream's start to the agent's first word; missing when there was no call. */
  firstWordMs?: { p50: number; p95: number };
  interruptions: number;
  toolErrors: number;
  tokens: number;
  brl: number;
  /** Calls whose model has no known price: their cost is not in `brl`. */
  unpriced: number;
}
